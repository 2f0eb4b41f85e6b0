package io.margay.quotas.internal;

/**
 * Who shares a quota.
 *
 * @param kind what is limited
 * @param user the user, or null when all users share it
 * @param clientId the client id, or null when all client ids share it
 * @param ip the address, for connections; else null
 */
record UsageKey(QuotaKind kind, String user, String clientId, String ip) {
  private static final long STRING_BYTES = 56;
  private static final String OTHERS = "<others>";

  /** The client ids of a user that have no room, together. A client that has this id shares it with the user's others. */
  UsageKey others(String of) {
    return new UsageKey(kind, of, OTHERS, null);
  }

  boolean isOthers() {
    return OTHERS.equals(clientId);
  }

  long sizeBytes() {
    return sizeBytes(user) + sizeBytes(clientId) + sizeBytes(ip);
  }

  private static long sizeBytes(String text) {
    return text == null ? 0 : STRING_BYTES + 2L * text.length();
  }

  /** As in the names of Kafka's metrics. */
  String shown() {
    return kind.metric() + (user == null ? "" : ",user=" + user) + (clientId == null ? "" : ",client-id=" + clientId)
        + (ip == null ? "" : ",ip=" + ip);
  }
}
