package io.margay.consensus.local.internal;

/**
 * One command in the journal.
 *
 * @param index its place in the log, {@code >= 0}, without gaps
 * @param timestampMs when it was proposed, milliseconds since the epoch; never less than that of the entry before
 * @param command the command; not changed afterwards
 */
record JournalEntry(long index, long timestampMs, byte[] command) { }
