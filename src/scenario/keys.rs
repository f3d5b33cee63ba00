//! The one table of keys: names, values, docs. The reader's lists, its nearest words and the schema are made from it.
