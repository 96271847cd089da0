"""A store of immutable objects, named by what they hold, under keys that move from one to the next in one step.

    ROOT/format                     which form of store this is
    ROOT/objects/ab/<sha256>        an object; never changed, never written twice
    ROOT/keys/ab/<sha256 of key>    the pointer of a key: a line that says what it points to, and checks itself
    ROOT/temporary/                 what is being written, by boot and process
    ROOT/quarantine/<time>-<name>/  what was found damaged, with the reason; evidence is never deleted
    ROOT/pins/<name>                objects that nothing may sweep away

An object is written whole, synced, and named; then the pointer is written whole, synced, and takes the place of the
one before, which is the commit. Readers take no lock. Locks keep two writers from doing the same work; whether what is
read is right never depends on one.
"""
