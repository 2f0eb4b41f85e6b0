package io.margay.shares.internal.leader;

/**
 * A moment of a share partition: nothing has come while it is the same.
 *
 * @param end exclusive end of what members may see
 * @param comings how often something has come in another way, such as by a release
 */
public record Mark(long end, int comings) { }
