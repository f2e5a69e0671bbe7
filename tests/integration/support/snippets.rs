//! What a page tells its readers to type: the shell blocks and the files of a
//! section, so that a test can do as it says.

/// The text of a section, up to the next heading of its level or a higher one.
#[track_caller]
pub fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("there is no {heading:?}"));
    let rest = &page[start + heading.len() + 2..];
    rest.split("\n## ").next().unwrap_or(rest)
}

/// The shell blocks, in order.
pub fn shell(section: &str) -> Vec<String> {
    let blocks = section.split("```shell\n").skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap_or(rest).to_owned()).collect()
}

/// The blocks that a line says the name of, "`NAME`:", with that name.
pub fn files(section: &str) -> Vec<(String, String)> {
    let file = |(start, _): (usize, &str)| {
        let (name, rest) = section[start + 2..].split_once("`:\n\n```")?;
        let (_, rest) = rest.split_once('\n')?;
        let is_name = !name.contains(['`', '\n']);
        is_name.then_some((name.to_owned(), rest.split("\n```").next()?.to_owned() + "\n"))
    };
    section.match_indices("\n`").filter_map(file).collect()
}
