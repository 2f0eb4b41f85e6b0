package io.margay.shares.internal.leader;

/**
 * What a member wants.
 *
 * @param memberId the member
 * @param maxRecords whole batches are returned while fewer records were
 * @param strict whether {@code maxRecords} is never exceeded
 * @param maxBytes of records; the first batch is returned whatever its size
 */
public record Want(String memberId, int maxRecords, boolean strict, int maxBytes) { }
