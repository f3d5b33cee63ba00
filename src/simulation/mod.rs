//! Player ⇄ sessions in memory under a virtual clock: no sockets, no sleeping.
