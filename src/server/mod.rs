//! The reference server: sessions over listeners, limits, graceful stop.
