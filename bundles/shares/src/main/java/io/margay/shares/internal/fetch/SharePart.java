package io.margay.shares.internal.fetch;

import java.util.UUID;

/**
 * A partition in a share session.
 *
 * @param topicId id of the topic
 * @param partition its partition
 */
public record SharePart(UUID topicId, int partition) { }
