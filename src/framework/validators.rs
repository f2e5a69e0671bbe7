//! Rules for values that any schema may use. The words of a rule are its documentation and
//! its message at once. No message repeats an argument's value: it may be a secret, and
//! Terraform shows the line it stands in.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use url::Url;

use crate::protocol::number::Number;
use crate::protocol::value::Value;

use super::duration as length_of_time;
use super::schema::Validator;

mod elements;
mod keys;

pub use self::elements::each;
pub use self::keys::keys_of;

/// More decimals than people write; what has more was calculated.
const WRITTEN_DECIMALS: u32 = 15;

/// A rule made of its words and a test.
struct Rule<F> {
    words: String,
    test: F,
}

impl<F: Fn(&Value) -> bool + Send + Sync> Validator for Rule<F> {
    fn rule(&self) -> String {
        self.words.clone()
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        if (self.test)(value) { Ok(()) } else { Err(violation(&self.words, value)) }
    }
}

fn rule(words: impl Into<String>, test: impl Fn(&Value) -> bool + Send + Sync) -> impl Validator {
    Rule { words: words.into(), test }
}

/// A rule of which the break is told in a sentence of its own.
pub fn because(
    words: &'static str,
    sentence: &'static str,
    test: impl Fn(&Value) -> bool + Send + Sync,
) -> impl Validator {
    Because { words, sentence, test }
}

struct Because<F> {
    words: &'static str,
    sentence: &'static str,
    test: F,
}

impl<F: Fn(&Value) -> bool + Send + Sync> Validator for Because<F> {
    fn rule(&self) -> String {
        self.words.to_owned()
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        if (self.test)(value) { Ok(()) } else { Err(self.sentence.to_owned()) }
    }
}

/// The sentence for a value that does not keep a rule. What a calculation adds
/// far behind the decimal point counts for nothing ([`Number::meant`]); a third
/// has many decimals nevertheless, and so has what a float made of a sum.
pub fn violation(rule: &str, value: &Value) -> String {
    let calculated = meant(value).is_some_and(|number| !number.has_at_most_decimals(WRITTEN_DECIMALS));
    let advice = if calculated {
        " The number has many decimals, which may be the result of a division. Round it: `tonumber(format(\"%.4f\", \
         1 / 3))` rounds to 4 decimals, `tonumber(format(\"%.0f\", 10 / 3))` to a whole number."
    } else {
        ""
    };
    let invisible = value.as_str().and_then(invisible).map(|(position, name)| {
        format!(" Character {position} is invisible: {name}. Type the value instead of pasting it.")
    });
    format!("The value {rule}.{advice}{}", invisible.unwrap_or_default())
}

/// The first character of a text that nobody sees, or takes for a space: its
/// position from 1, and its name with an article. It comes along with what is
/// copied from a web page or a message, and telling it gives no secret away.
pub fn invisible(text: &str) -> Option<(usize, String)> {
    text.chars().enumerate().find_map(|(index, character)| {
        let kind = match character {
            '\t' => "a tab",
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break",
            '\u{a0}' | '\u{2007}' | '\u{202f}' => "a no-break space",
            '\u{200b}' | '\u{2060}' | '\u{feff}' => "a zero-width space",
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                "a text direction mark"
            }
            ' ' => return None,
            other if other.is_whitespace() => "an unusual space",
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => {
                "a formatting character"
            }
            '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{2061}'..='\u{206f}' => {
                "a formatting character"
            }
            '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' => {
                "a formatting character"
            }
            '\u{e0000}'..='\u{e0fff}' => "a formatting character",
            other if other.is_control() => "a control character",
            _ => return None,
        };
        Some((index + 1, format!("{kind} (U+{:04X})", u32::from(character))))
    })
}

/// The number that the value stands for.
pub fn meant(value: &Value) -> Option<Number> {
    value.as_number().map(Number::meant)
}

/// Text that is not empty or blank, or a collection with an element.
pub fn non_empty() -> impl Validator {
    rule("must not be empty", |value| match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::List(items) | Value::Set(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => true,
    })
}

/// A whole number of at least `least`.
pub fn at_least(least: i64) -> impl Validator {
    rule(format!("must be a whole number of at least {least}"), move |value| {
        meant(value).and_then(|number| number.to_i64()).is_some_and(|number| number >= least)
    })
}

/// A whole number of at most `most`.
pub fn at_most(most: i64) -> impl Validator {
    rule(format!("must be a whole number of at most {most}"), move |value| {
        meant(value).and_then(|number| number.to_i64()).is_some_and(|number| number <= most)
    })
}

/// One of these texts.
pub fn one_of(allowed: &[&str]) -> impl Validator {
    let allowed: Vec<String> = allowed.iter().map(|text| (*text).to_owned()).collect();
    let quoted: Vec<String> = allowed.iter().map(|text| format!("`{text}`")).collect();
    rule(format!("must be one of {}", quoted.join(", ")), move |value| {
        value.as_str().is_some_and(|text| allowed.iter().any(|allowed| allowed == text))
    })
}

/// Text of these characters only. `a-z` stands for all from `a` to `z`; a
/// hyphen at either end stands for itself.
pub fn characters(set: &str) -> impl Validator {
    let ranges = ranges(set);
    rule(format!("must contain only the characters `{set}`"), move |value| {
        value.as_str().is_some_and(|text| text.chars().all(|c| ranges.iter().any(|range| range.contains(&c))))
    })
}

fn ranges(set: &str) -> Vec<std::ops::RangeInclusive<char>> {
    let characters: Vec<char> = set.chars().collect();
    let mut rest = characters.as_slice();
    let mut ranges = Vec::new();
    loop {
        rest = match rest {
            [first, '-', last, rest @ ..] => {
                ranges.push(*first..=*last);
                rest
            }
            [single, rest @ ..] => {
                ranges.push(*single..=*single);
                rest
            }
            [] => return ranges,
        };
    }
}

/// An IPv4 address in dotted decimal, without leading zeros.
pub fn ipv4() -> impl Validator {
    rule("must be an IPv4 address such as `192.0.2.1`", |value| {
        value.as_str().is_some_and(|text| text.parse::<Ipv4Addr>().is_ok())
    })
}

/// An address of either kind, or a network of such addresses.
pub fn ip_or_network() -> impl Validator {
    rule("must be an IP address such as `192.0.2.1`, or a network such as `192.0.2.0/24`", |value| {
        value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok())
    })
}

/// An absolute URL of HTTP. What a parser would take away without a word is refused.
pub fn http_url() -> impl Validator {
    rule("must be an absolute `https` or `http` URL such as `https://hooks.example.com/calls`", |value| {
        let text = value.as_str().unwrap_or_default();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        matches!(scheme.as_deref(), Some("https" | "http"))
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
            && Url::parse(text).is_ok_and(|url| url.has_host())
    })
}

/// The same, or the empty text for none.
pub fn http_url_or_none() -> impl Validator {
    let url = http_url();
    rule(format!("{}, or `\"\"` for none", url.rule()), move |value| {
        value.as_str() == Some("") || url.check(value).is_ok()
    })
}

/// A length of time longer than none; see [`length_of_time::parse`].
pub fn duration() -> impl Validator {
    rule(length_of_time::RULE, |value| {
        value
            .as_str()
            .and_then(|text| length_of_time::parse(text).ok())
            .is_some_and(|length| !length.is_zero())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Value {
        Value::Number(text.parse().unwrap())
    }

    fn check(validator: &impl Validator, good: &[Value], bad: &[Value]) {
        for value in good {
            assert_eq!(validator.check(value), Ok(()), "{value:?}");
        }
        for value in bad {
            let message = validator.check(value).expect_err(&format!("{value:?}"));
            assert!(message.contains(&validator.rule()) || message.starts_with("Each element"), "{message}");
            assert!(message.ends_with('.'), "{message}");
        }
    }

    fn texts(texts: &[&str]) -> Vec<Value> {
        texts.iter().map(|text| Value::string(*text)).collect()
    }

    #[test]
    fn empty_and_blank_are_refused() {
        let full = [Value::List(texts(&["a"])), Value::string("a"), Value::map([("k", Value::Null)])];
        let empty = [Value::List(vec![]), Value::Set(vec![]), Value::string(""), Value::string(" \t")];
        check(&non_empty(), &full, &empty);
    }

    #[test]
    fn numbers_are_compared_exactly() {
        check(&at_least(1), &[number("1"), number("2.0")], &[number("0"), number("1.5"), number("1e30")]);
        check(&at_most(5), &[number("5"), number("-1")], &[number("6"), number("4.5")]);
    }

    #[test]
    fn the_noise_of_a_calculation_breaks_no_rule() {
        let three = number("3.0000000000000000000000000000000000000003");
        check(&at_least(3), std::slice::from_ref(&three), &[number("3.00000000000000003")]);
        check(&at_most(3), std::slice::from_ref(&three), &[]);
    }

    #[test]
    fn what_was_calculated_is_told_to_be_rounded() {
        let told = |text: &str| at_least(1).check(&number(text)).unwrap_err();
        assert_eq!(told("0.5"), "The value must be a whole number of at least 1.");
        let calculated = told("3.3333333333333333333333333333333333333333");
        assert!(calculated.contains("Round it") && calculated.ends_with('.'), "{calculated}");
    }

    #[test]
    fn characters_are_single_or_ranges() {
        let digits = characters("0-9+*#");
        check(&digits, &texts(&["", "0123456789", "+#*"]), &texts(&["a", "1 2", "-", "٣"]));
        check(&characters("a-c-"), &texts(&["abc-"]), &texts(&["d"]));
        check(&characters("-x"), &texts(&["-x"]), &texts(&["y"]));
    }

    #[test]
    fn only_listed_texts_pass() {
        check(&one_of(&["a", "b"]), &texts(&["a", "b"]), &texts(&["c", "A", ""]));
        assert_eq!(one_of(&["a", "b"]).rule(), "must be one of `a`, `b`");
    }

    #[test]
    fn addresses_are_dotted_decimal() {
        check(
            &ipv4(),
            &texts(&["192.0.2.1"]),
            &texts(&["192.0.2", "192.0.2.01", "::1", "192.0.2.0/24", "a", " 1.2.3.4"]),
        );
    }

    #[test]
    fn a_url_is_absolute_and_of_http() {
        check(
            &http_url(),
            &texts(&["https://hooks.example.com/calls", "http://192.0.2.1:8080", "HTTPS://a.example/?b=c"]),
            &texts(&[
                "",
                "/calls",
                "hooks.example.com/calls",
                "https:hooks.example.com",
                "https://",
                "ftp://hooks.example.com",
                " https://hooks.example.com",
                "https://hooks.example.com/a b",
                "https://hooks.example.com/\n",
            ]),
        );
    }

    #[test]
    fn networks_are_addresses_with_a_length() {
        check(
            &ip_or_network(),
            &texts(&["192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "2001:db8::1", "2001:db8::/32"]),
            &texts(&["192.0.2", "192.0.2.1/33", "192.0.2.0/", "192.0.2.0/x", "/24", "a", "", " 192.0.2.1"]),
        );
    }

    #[test]
    fn an_invisible_character_is_named_whatever_the_rule() {
        for (text, name) in [
            ("\u{202a}192.0.2.1\u{202c}", "Character 1 is invisible: a text direction mark (U+202A)"),
            ("192.0.2.1\u{a0}", "Character 10 is invisible: a no-break space (U+00A0)"),
            ("192.0.2.1\u{200b}", "Character 10 is invisible: a zero-width space (U+200B)"),
            ("192.0.2.1\n", "Character 10 is invisible: a line break (U+000A)"),
        ] {
            for message in [
                ipv4().check(&Value::string(text)).unwrap_err(),
                characters("0-9.").check(&Value::string(text)).unwrap_err(),
                one_of(&["192.0.2.1"]).check(&Value::string(text)).unwrap_err(),
            ] {
                assert!(message.contains(name), "{text:?}: {message}");
            }
        }
        let seen = ipv4().check(&Value::string("192.0.2.1 \u{e9}\u{661}")).unwrap_err();
        assert!(!seen.contains("invisible"), "{seen}");
    }

    #[test]
    fn lengths_of_time_are_positive() {
        check(&duration(), &texts(&["1h30m"]), &texts(&["0s", "-1m", "10", "soon"]));
    }
}
