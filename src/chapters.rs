// `docs/links.md` says where the links of the chapters lead in the documentation of the crate, and
// `docs/images/embedded/` has their pictures, so that these show wherever it is built. Each of the
// snippets is a test.
#![doc = include_str!("../docs/links.md")]
#![doc = include_str!("../docs/README.md")]

macro_rules! chapters {
    ($($name:ident: $file:literal $(with $pictures:literal)?,)*) => {
        $(
            #[doc = include_str!("../docs/links.md")]
            $(#[doc = include_str!($pictures)])?
            #[doc = include_str!($file)]
            pub mod $name {}
        )*
    };
}

chapters! {
    readme: "../README.md" with "../docs/images/embedded/README.md",
    backpropagation: "../docs/1-backpropagation.md" with "../docs/images/embedded/1-backpropagation.md",
    xor: "../docs/2-xor.md" with "../docs/images/embedded/2-xor.md",
    digits: "../docs/3-digits.md" with "../docs/images/embedded/3-digits.md",
    weight_decay: "../docs/4-weight-decay.md" with "../docs/images/embedded/4-weight-decay.md",
    homework: "../docs/homework.md",
    errata: "../docs/errata.md",
    bugs: "../docs/bugs.md",
    speed: "../docs/speed.md",
    limits: "../docs/limits.md",
    copying: "../docs/copying.md",
    contributing: "../docs/contributing.md",
}
