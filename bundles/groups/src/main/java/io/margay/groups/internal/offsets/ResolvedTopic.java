package io.margay.groups.internal.offsets;

import io.margay.protocol.Errors;
import java.util.UUID;

/**
 * A topic of a request, looked up in the cluster's image.
 *
 * @param name its name; null when only an unknown id was given
 * @param id its id; zero when unknown
 * @param error NONE, UNKNOWN_TOPIC_OR_PARTITION or UNKNOWN_TOPIC_ID
 */
public record ResolvedTopic(String name, UUID id, Errors error) { }
