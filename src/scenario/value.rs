//! What a name stands for while a conversation runs.

use std::collections::HashMap;
use std::sync::Arc;

use super::source::Source;

/// A value: text, bytes, a number, a boolean, or JSON.
///
/// A capture is text where it is UTF-8 and bytes otherwise.
pub type Value = minijinja::Value;

/// The number of a name in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u16);

/// The names of a script, each with its number. Built-in names come first.
#[derive(Debug, Clone, Default)]
pub struct Names {
    list: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, SlotId>,
}

impl Names {
    /// How many names a script may have.
    pub const MAX: usize = u16::MAX as usize;

    /// The number of `name`, given to it now if it has none; `None` when there are too many names.
    pub fn intern(&mut self, name: &str) -> Option<SlotId> {
        if let Some(id) = self.ids.get(name) {
            return Some(*id);
        }
        let id = SlotId(
            u16::try_from(self.list.len())
                .ok()
                .filter(|n| *n < u16::MAX)?,
        );
        let name: Arc<str> = name.into();
        self.list.push(Arc::clone(&name));
        self.ids.insert(name, id);
        Some(id)
    }

    /// Gives `name` another number until [`unshadow`](Self::unshadow); that number, and the one it had. `None` when there
    /// are too many names.
    pub(super) fn shadow(&mut self, name: &str) -> Option<(SlotId, Option<SlotId>)> {
        let outside = self.ids.remove(name);
        let inside = self.intern(name);
        if inside.is_none()
            && let Some(outside) = outside
        {
            self.ids.insert(name.into(), outside);
        }
        Some((inside?, outside))
    }

    /// Gives `name` back the number that it had.
    pub(super) fn unshadow(&mut self, name: &str, outside: Option<SlotId>) {
        match outside {
            Some(outside) => self.ids.insert(name.into(), outside),
            None => self.ids.remove(name),
        };
    }

    /// The number of `name`, if it has one.
    pub fn find(&self, name: &str) -> Option<SlotId> {
        self.ids.get(name).copied()
    }

    /// The name with this number.
    pub fn name(&self, id: SlotId) -> &str {
        self.list.get(usize::from(id.0)).map_or("", |name| name)
    }

    /// All names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|name| &**name)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The values of a conversation, by the numbers of their names.
#[derive(Debug, Clone, Default)]
pub struct Values {
    slots: Vec<Option<Value>>,
    /// Shared with what an expression calls.
    source: Arc<Source>,
}

impl Values {
    /// Makes room for `names` values, none of them set.
    pub fn new(names: usize) -> Self {
        Self {
            slots: vec![None; names],
            source: Arc::default(),
        }
    }

    /// Makes room for `names` values of other names, none of them set.
    pub fn make_room(&mut self, names: usize) {
        self.slots.clear();
        self.slots.resize(names, None);
    }

    /// Begins anew: no name is set, and what is random is drawn by this seed.
    pub fn begin(&mut self, seed: u64) {
        self.clear();
        self.source.begin(seed);
    }

    /// Sets what templates may know of the environment; only the first time counts.
    pub fn set_environment(&mut self, environment: Arc<[(String, Value)]>) {
        self.source.set_environment(environment);
    }

    /// Sets the time, in nanoseconds since 1970.
    pub fn set_now(&mut self, now: u64) {
        self.source.set_now(now);
    }

    /// What functions depend on.
    pub(super) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Fills `bytes` with random ones.
    pub(super) fn draw(&self, bytes: &mut [u8]) {
        self.source.draw(bytes);
    }

    /// The value of a name, if it has been set.
    pub fn get(&self, id: SlotId) -> Option<&Value> {
        self.slots.get(usize::from(id.0)).and_then(Option::as_ref)
    }

    /// Sets a name.
    pub fn set(&mut self, id: SlotId, value: Value) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)) {
            *slot = Some(value);
        }
    }

    /// Unsets a name.
    pub fn unset(&mut self, id: SlotId) {
        if let Some(slot) = self.slots.get_mut(usize::from(id.0)) {
            *slot = None;
        }
    }

    /// Unsets all names.
    pub fn clear(&mut self) {
        self.slots.fill(None);
    }

    /// Makes the value of bytes that a peer sent: text where they are UTF-8, bytes otherwise.
    pub fn of_bytes(bytes: &[u8]) -> Value {
        std::str::from_utf8(bytes).map_or_else(|_| Value::from_bytes(bytes.to_vec()), Value::from)
    }
}
