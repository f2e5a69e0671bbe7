//! Passwords that configuration files and shells make something else of.

/// Each with a name for messages. Wavix takes them all.
pub fn awkward() -> Vec<(&'static str, String)> {
    let short = [
        ("semicolon", "a;b"),
        ("semicolons", ";;x;;"),
        ("block-comment", "a;--b--;c"),
        ("equals", "=a=b="),
        ("arrow", ">arrow"),
        ("greater", "a>b"),
        ("plus-equals", "+="),
        ("quoted", "\"quoted\""),
        ("inner-quote", "a\"b"),
        ("last-quote", "x\""),
        ("apostrophe", "it's"),
        ("backslash", "back\\slash"),
        ("last-backslash", "end\\"),
        ("backslashes", "a\\\\b"),
        ("escaped-semicolon", "a\\;b"),
        ("escaped-backslash", "a\\\\;b"),
        ("escape", "a\\nb"),
        ("include", "#include x"),
        ("exec", "#exec /bin/true"),
        ("hash", "a#b"),
        ("dollar", "$1"),
        ("variable", "${VAR}"),
        ("escaped-variable", "$${VAR}"),
        ("expression", "$[1+1]"),
        ("address", "p@ss:word@x"),
        ("colon", "a:b"),
        ("colons", "::"),
        ("blanks", "inner  blanks here"),
        ("first-blank", " x"),
        ("last-blank", "x "),
        ("tab", "a\tb"),
        ("umlauts", "pässwörd"),
        ("emoji", "pass🔑word"),
        ("chinese", "密码"),
        ("no-break-space", "a\u{a0}b"),
        ("zero-width-space", "a\u{200b}b"),
        ("percent", "a%sb%n%41"),
        ("section", "[a](b)"),
        ("template", "x(+)"),
        ("entities", "<a&b>"),
        ("commas", "a,b,c"),
        ("pipe", "a|b"),
        ("command", "`id`"),
        ("tilde", "~x"),
        ("exclamation", "!a!"),
        ("option", "type=endpoint"),
        ("stars", "**"),
        ("path", "/etc/passwd"),
    ];
    let mut all: Vec<_> = short.into_iter().map(|(name, text)| (name, text.to_owned())).collect();
    all.push(("long", "PtY]gj)mU/h$Bel31iEl+2h-pC??/h./YgCf,rL1s*p.N,|xn/.@".repeat(2)));
    all.push(("255-characters", "x".repeat(255)));
    all.push(("300-characters", "y".repeat(300)));
    all
}
