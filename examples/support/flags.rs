//! Flags of the form `--name value` or `--name=value`.
#![allow(dead_code, reason = "each example uses a part")]

use std::ops::RangeInclusive;

use backprop::Activation;

use super::program::Failure;

/// The flags as given; each is taken out when it is asked for.
#[derive(Debug)]
pub struct Flags {
    /// Name, and value if there is one.
    given: Vec<(String, Option<String>)>,
    others: Vec<String>,
    /// The names that were asked for.
    known: Vec<String>,
}

impl Flags {
    /// `--name value` or `--name=value`, and the arguments that are no flags.
    pub fn new(arguments: Vec<String>) -> Self {
        let (mut given, mut others) = (Vec::new(), Vec::new());
        let mut arguments = arguments.into_iter().peekable();
        while let Some(argument) = arguments.next() {
            if !is_flag(&argument) {
                others.push(argument);
            } else if let Some((name, value)) = argument.split_once('=') {
                given.push((name.to_string(), Some(value.to_string())));
            } else {
                let value = arguments.next_if(|next| !is_flag(next));
                given.push((argument, value));
            }
        }
        Self { given, others, known: vec!["--help".to_string()] }
    }

    /// All values of a flag that may be repeated; `read` gives `None` for what is not `accepted`.
    pub fn all<T>(
        &mut self,
        name: &str,
        accepted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Failure> {
        self.known.push(name.to_string());
        let value = |value: Option<String>| {
            let text = value
                .ok_or_else(|| Failure::Usage(format!("{name} needs a value, none is given")))?;
            read(&text).ok_or_else(|| {
                Failure::Usage(format!("{name} is {text:?}, but must be {accepted}"))
            })
        };
        let (mine, rest): (Vec<_>, _) =
            std::mem::take(&mut self.given).into_iter().partition(|(given, _)| given == name);
        self.given = rest;
        mine.into_iter().map(|(_, text)| value(text)).collect()
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

    /// A whole number within these limits.
    pub fn count(
        &mut self,
        name: &str,
        default: usize,
        limits: RangeInclusive<usize>,
    ) -> Result<usize, Failure> {
        let accepted = format!("a whole number from {} to {}", limits.start(), limits.end());
        let read = |text: &str| text.parse().ok().filter(|count| limits.contains(count));
        self.one(name, default, &accepted, read)
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
            let meant = self.nearest(name);
            let meant = meant.map_or(String::new(), |known| format!(", did you mean {known}?"));
            return Err(Failure::Usage(format!("{name} is not a flag of this example{meant}")));
        }
        if let Some(argument) = self.others.get(most) {
            return Err(Failure::Usage(format!("{argument:?} is one argument too many")));
        }
        Ok(std::mem::take(&mut self.others))
    }

    /// The known flag that begins like this one, or differs in few letters.
    fn nearest(&self, name: &str) -> Option<&String> {
        let plain = |name: &str| name.trim_start_matches(DASHES).to_lowercase().replace('_', "-");
        let name = plain(name);
        let far = |known: &String| {
            let known = plain(known);
            let begins = name.len() > 1 && known.starts_with(&name);
            if begins { 0 } else { distance(&name, &known) }
        };
        let nearest = self.known.iter().min_by_key(|known| far(known))?;
        (far(nearest) <= 1 + name.len() / 4).then_some(nearest)
    }
}

/// What a flag begins with; a word processor makes one long dash of two short ones.
const DASHES: [char; 3] = ['-', '–', '—'];

/// A number below 0 is none, and neither is a dash alone.
fn is_flag(argument: &str) -> bool {
    let name = argument.trim_start_matches(DASHES);
    name.len() < argument.len()
        && (argument.starts_with("--") || name.starts_with(char::is_alphabetic))
}

/// How many letters have to be changed, added or left out to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in b.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The activation of this name, in small letters or as it is printed.
pub fn read_activation(name: &str) -> Option<Activation> {
    let name = name.to_lowercase();
    Activation::ALL.into_iter().find(|activation| format!("{activation:?}").to_lowercase() == name)
}
