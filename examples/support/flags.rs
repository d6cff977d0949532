//! Flags of the form `--name value`.

use backprop::Activation;

use super::Failure;

/// The flags as given; each is taken out when it is asked for.
#[derive(Debug)]
pub struct Flags {
    given: Vec<(String, String)>,
    others: Vec<String>,
}

impl Flags {
    /// Pairs of `--name value`, and the arguments that are no flags.
    pub fn new(arguments: Vec<String>) -> Result<Self, Failure> {
        let mut flags = Self { given: Vec::new(), others: Vec::new() };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if argument.starts_with("--") {
                let Some(value) = arguments.next() else {
                    return Err(Failure::Usage(format!("{argument} needs a value, none is given")));
                };
                flags.given.push((argument, value));
            } else {
                flags.others.push(argument);
            }
        }
        Ok(flags)
    }

    /// All values of a flag that may be repeated; `read` gives `None` for what is not `accepted`.
    pub fn all<T>(
        &mut self,
        name: &str,
        accepted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Failure> {
        let (mine, rest) =
            std::mem::take(&mut self.given).into_iter().partition(|(given, _)| given == name);
        self.given = rest;
        let mine: Vec<(String, String)> = mine;
        let value = |(_, text): &(String, String)| {
            read(text).ok_or_else(|| {
                Failure::Usage(format!("{name} is {text:?}, but must be {accepted}"))
            })
        };
        mine.iter().map(value).collect()
    }

    /// The value of a flag that may be given once, or the default.
    pub fn one<T>(
        &mut self,
        name: &str,
        default: T,
        accepted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Failure> {
        let mut values = self.all(name, accepted, read)?;
        match values.len() {
            0 => Ok(default),
            1 => Ok(values.remove(0)),
            times => {
                Err(Failure::Usage(format!("{name} is given {times} times, but may be given once")))
            }
        }
    }

    /// A whole number that is at least `least`.
    pub fn count(&mut self, name: &str, default: usize, least: usize) -> Result<usize, Failure> {
        let read = |text: &str| text.parse().ok().filter(|&count| count >= least);
        self.one(name, default, &format!("a whole number, at least {least}"), read)
    }

    /// A finite number greater than 0.
    pub fn positive(&mut self, name: &str, default: f64) -> Result<f64, Failure> {
        let read = |text: &str| {
            text.parse().ok().filter(|&number: &f64| number > 0.0 && number.is_finite())
        };
        self.one(name, default, "a number greater than 0", read)
    }

    /// `--seed`, if it is given.
    pub fn seed(&mut self) -> Result<Option<u64>, Failure> {
        self.one("--seed", None, "a whole number from 0 to 18446744073709551615", |text| {
            text.parse().ok().map(Some)
        })
    }

    /// `--activation` of the hidden layers, if it is given.
    pub fn activation(&mut self) -> Result<Option<Activation>, Failure> {
        let read = |text: &str| read_activation(text).map(Some);
        self.one("--activation", None, "one of identity, relu, sigmoid, tanh, softmax", read)
    }

    /// The arguments that are no flags, at most so many; a flag that nobody has asked for is wrong.
    pub fn rest(&mut self, most: usize) -> Result<Vec<String>, Failure> {
        if let Some((name, _)) = self.given.first() {
            return Err(Failure::Usage(format!("{name} is not a flag of this example")));
        }
        if let Some(argument) = self.others.get(most) {
            return Err(Failure::Usage(format!("{argument:?} is one argument too many")));
        }
        Ok(std::mem::take(&mut self.others))
    }
}

/// The activation of this name, in small letters.
pub fn read_activation(name: &str) -> Option<Activation> {
    Activation::ALL.into_iter().find(|activation| format!("{activation:?}").to_lowercase() == name)
}
