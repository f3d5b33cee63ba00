//! The cookbook keeps its word: every recipe passes against a server of the kind that it names, however sends are cut.

use std::collections::BTreeSet;

use crate::harness::{Workplace, blocks, document};

mod kinds;

/// How many recipes there are at least.
const RECIPES: usize = 15;

/// Under which name a recipe is saved that has none of its own.
const UNNAMED: &str = "recipe.json";

/// One recipe, as far as it is played.
struct Recipe {
    title: String,
    /// The kind of server, where it is not the built-in one.
    server: Option<String>,
    /// The scenario.
    json: String,
    /// Files beside it.
    files: Vec<(String, String)>,
}

#[test]
fn every_recipe_passes_however_its_sends_are_cut() {
    let recipes = recipes(&cookbook());
    let titles: BTreeSet<&str> = recipes.iter().map(|recipe| recipe.title.as_str()).collect();
    assert!(titles.len() >= RECIPES, "too few: {titles:#?}");
    for recipe in &recipes {
        for segment in ["whole", "byte", "random"] {
            play(recipe, segment);
        }
    }
}

#[test]
fn every_recipe_stands_in_the_table_of_contents() {
    let text = cookbook();
    let (contents, _) = text.split_once("\n## ").expect("a heading");
    let listed = contents.matches("](#").count();
    let headings: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(listed, headings.len(), "{headings:#?}");
    for heading in headings {
        let anchor: String = heading
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        assert!(
            contents.contains(&format!("](#{anchor})")),
            "{heading} is not listed as #{anchor}"
        );
    }
}

/// Plays a recipe; panics with all that was said when it does not pass.
fn play(recipe: &Recipe, segment: &str) {
    let mut place = Workplace::new().file(UNNAMED, recipe.json.as_bytes());
    for (name, text) in &recipe.files {
        place = place.file(name, text.as_bytes());
    }
    let server = recipe.server.as_deref().map(kinds::start);
    let target = server.as_ref().map(|server| server.target());
    let mut args = vec!["run", "--segment", segment, UNNAMED];
    if let Some(target) = &target {
        args.extend(["-t", target]);
    }
    let output = place.backchat(args).output();
    let title = &recipe.title;
    assert_eq!(
        output.code,
        Some(0),
        "{title}, --segment {segment}\n{output}"
    );
    output.does_not_say("warning").does_not_say("skipped:");
}

fn cookbook() -> String {
    document("docs/cookbook.md")
}

/// Takes the recipes out of the cookbook: a block without a name of its own is a scenario, one with a name is a file beside the next.
fn recipes(text: &str) -> Vec<Recipe> {
    let mut recipes = Vec::new();
    let (mut server, mut files) = (None, Vec::new());
    for block in blocks(text) {
        if let Some(remark) = &block.remark {
            server = remark.strip_prefix("server: ").map(str::to_owned);
        }
        match block.file {
            Some(name) if name != UNNAMED => files.push((name, block.text)),
            _ => recipes.push(Recipe {
                title: block.heading,
                server: server.take(),
                json: block.text,
                files: std::mem::take(&mut files),
            }),
        }
    }
    recipes
}
