package io.margay.shares.internal.partition;

/**
 * Offsets that a member has acquired.
 *
 * @param first offset
 * @param last offset, inclusive
 * @param count how often they were delivered, this time included
 */
public record Acquired(long first, long last, short count) { }
