//! `include`: the steps of a fragment, read where they are included, with names of its own.
//!
//! A fragment is read anew at each place that includes it: it may mean other names there, and other clients. So what is
//! read is bounded by its bytes, all times together, and files that include each other are found by what is being read.

use super::super::json::{self, Value};
use super::super::keys::{Form, Place};
use super::super::{BlockId, Diagnostic, Names, SlotId, Span, Template, Verb, code};
use super::fields::{Fields, Given, quoted};
use super::names::Setter;
use super::reader::Reader;

/// How deep fragments may include each other: 16.
pub const MAX_INCLUDES: usize = 16;

/// How many bytes of fragments a scenario may include, each as often as it is included: 16 MiB.
pub const MAX_INCLUDED: usize = 16 << 20;

/// A name that holds inside of a fragment only.
struct Local<'a> {
    name: &'a str,
    slot: SlotId,
    /// What the name means outside.
    outside: Option<SlotId>,
}

impl<'a> Reader<'a> {
    /// The value of `include`.
    pub(super) fn include(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
    ) -> Option<Verb> {
        let with = match fields.get("with") {
            Some(with) => self.with(with),
            None => Some(Vec::new()),
        };
        let path = self.path(given)?;
        let page = self.page(given, path)?;
        let with = with?;
        self.may_include(given, path, page)?;

        let around = self.default_client;
        if let Some(name) = fields.get("as")
            && let Value::StringLit(name) = name.value
        {
            // A name that is unknown has been reported where the step's own client was looked up.
            self.default_client = self.scope.client(&name.value).or(self.default_client);
        }
        let names: Vec<_> = with.iter().map(|(name, at, _)| (*name, *at)).collect();
        let locals = self.shadow(given, &names);
        let block = locals.as_ref().and_then(|_| {
            self.including.push(page);
            let block = self.within(page, given.span(), |r| r.fragment(given, path, page));
            self.including.pop();
            block
        });
        let locals = locals.unwrap_or_default();
        self.unshadow(&locals);
        self.default_client = around;
        let slots = locals.iter().map(|local| local.slot);
        let with: Vec<(SlotId, Template)> = slots
            .zip(with.into_iter().map(|(_, _, template)| template))
            .collect();
        Some(Verb::Include {
            block: block?,
            with: with.into(),
        })
    }

    /// Whether a fragment may be included here; otherwise that is reported.
    fn may_include(&mut self, given: Given<'_, 'a>, path: &str, page: usize) -> Option<()> {
        if self.including.contains(&page) {
            let message = format!("{} includes itself", quoted(path));
            self.report(
                Diagnostic::error(code::CONTRADICTION, given.span(), message)
                    .label("this would never end")
                    .help("to play steps several times, use `repeat`"),
            );
            return None;
        }
        if self.including.len() >= MAX_INCLUDES {
            let message = format!("fragments include each other more than {MAX_INCLUDES} deep");
            self.too_much(given.span(), message);
            return None;
        }
        let text = self.library.pages.get(page)?.text;
        self.included = self.included.saturating_add(text.len());
        if self.included > MAX_INCLUDED {
            let message = format!(
                "the fragments that a scenario includes have at most {MAX_INCLUDED} bytes, each as often as it is included"
            );
            self.too_much(given.span(), message);
            return None;
        }
        Some(())
    }

    /// The names that are given to a fragment. What they are is computed outside of it.
    fn with<'j>(&mut self, given: Given<'j, 'a>) -> Option<Vec<(&'j str, Span, Template)>> {
        let Value::Object(object) = given.value else {
            self.wrong_type(given, Form::Vars);
            return None;
        };
        let mut with = Vec::with_capacity(object.properties.len());
        let mut whole = Some(());
        for property in self.distinct(object) {
            let slot = self.property_name(property);
            let template = self.var(&property.value);
            match slot.and(template) {
                Some(template) => {
                    let at = json::span_of(&property.name);
                    with.push((property.name.as_str(), at, template));
                }
                None => whole = None,
            }
        }
        whole.map(|()| with)
    }

    /// Gives these names another meaning; `None`: there are too many names, which has been reported.
    fn shadow<'n>(
        &mut self,
        given: Given<'_, 'a>,
        names: &[(&'n str, Span)],
    ) -> Option<Vec<Local<'n>>> {
        let mut locals = Vec::with_capacity(names.len());
        for (name, at) in names {
            let Some((slot, outside)) = self.scope.names.shadow(name) else {
                self.unshadow(&locals);
                let message = format!("the file has more than {} names", Names::MAX);
                self.too_much(given.span(), message);
                return None;
            };
            self.scope.name_at(*at);
            self.scope.set(slot, Setter::With);
            self.scope.make_local(slot, true);
            locals.push(Local {
                name,
                slot,
                outside,
            });
        }
        self.scope.tick();
        Some(locals)
    }

    /// Gives names back the meaning that they have outside.
    fn unshadow(&mut self, locals: &[Local<'_>]) {
        for local in locals.iter().rev() {
            self.scope.make_local(local.slot, false);
            self.scope.names.unshadow(local.name, local.outside);
        }
    }

    /// The steps of the fragment that is being read.
    fn fragment(&mut self, given: Given<'_, 'a>, path: &str, page: usize) -> Option<BlockId> {
        let library = self.library;
        let object = match &library.pages.get(page)?.tree {
            Err(fault) => {
                self.report(fault.clone());
                return None;
            }
            Ok(Some(Value::Object(object))) => object,
            Ok(_) => {
                let message = format!("{} is no fragment", quoted(path));
                self.report(
                    Diagnostic::error(code::WRONG_TYPE, given.span(), message)
                        .label("a fragment is a .json file with an object")
                        .help("it looks like { \"steps\": [{ \"send\": \"hi\" }] }"),
                );
                return None;
            }
        };
        let fields = self.fields(object, Place::Fragment);
        if let Some(schema) = fields.get("$schema") {
            self.string(schema, Form::Text);
        }
        if let Some(description) = fields.get("description") {
            self.prose(description);
        }
        let Some(steps) = fields.get("steps") else {
            if !fields.faulty {
                self.report(
                    Diagnostic::error(code::MISSING_KEY, fields.span, "a fragment needs `steps`")
                        .label("this object has none"),
                );
            }
            return None;
        };
        self.steps(steps)
    }
}
