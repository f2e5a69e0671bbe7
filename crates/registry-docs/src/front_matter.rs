//! What stands above a page for the Registry: its title, and the sentence that
//! lists show of it.

/// Which list of the Registry a page stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// That of its kind.
    OfKind,
    /// None: the provider's own page.
    None,
}

/// The front matter, up to and with its closing line.
pub(crate) fn page(title: &str, description: &str, list: List) -> String {
    // The first paragraph: lists have no room for more.
    let first = description.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let subcategory = if list == List::OfKind { "subcategory: \"\"\n" } else { "" };
    format!(
        "---\n# Generated from templates/ and the provider's schema by `cargo run --example docs`: do not edit.\n\
         page_title: \"{title}\"\n{subcategory}description: |-\n  {}\n---\n",
        plain(&first)
    )
}

/// Markdown without its marks, for where none is rendered.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    let mut rest = markdown;
    while let Some((before, link)) = rest.split_once('[') {
        text.push_str(before);
        match link.split_once("](").and_then(|(label, after)| Some((label, after.split_once(')')?.1))) {
            Some((label, after)) => {
                text.push_str(label);
                rest = after;
            }
            None => {
                text.push('[');
                rest = link;
            }
        }
    }
    text.push_str(rest);
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_shows_the_first_paragraph_without_marks() {
        let text =
            page("t", "Trunks of [Wavix](https://wavix.com), `all`\nof [them].\n\nMore.", List::OfKind);
        assert!(text.ends_with("description: |-\n  Trunks of Wavix, all of [them].\n---\n"), "{text}");
    }
}
