package io.margay.model;

import java.util.Set;

/** What a topic may be called, as in Kafka. Pure. */
public final class TopicNames {
  /** The longest name. */
  public static final int MAX_LENGTH = 249;
  /** The topics that belong to the server. */
  private static final Set<String> INTERNAL = Set.of("__consumer_offsets", "__transaction_state", "__share_group_state", "__margay_audit");
  /** Created by the part that writes to it, or by an administrator, and never because a client asked for it. */
  private static final String AUDIT = "__margay_audit";

  /** The metadata log is shown to tools as a topic of this name; there is none that could be created. */
  private static final String METADATA_LOG = "__cluster_metadata";

  private TopicNames() { }

  /**
   * @param name a topic's name
   * @return whether no client may create a topic of this name
   */
  public static boolean isReserved(String name) {
    return name.equals(METADATA_LOG);
  }

  /**
   * @param name a topic's name
   * @return whether a topic of this name is created when a client asks for its metadata, if the settings allow it
   */
  public static boolean isCreatedOnDemand(String name) {
    return !isReserved(name) && !name.equals(AUDIT);
  }

  /**
   * @param name a topic's name
   * @return whether the topic belongs to the server
   */
  public static boolean isInternal(String name) {
    return INTERNAL.contains(name);
  }

  /**
   * @param name any text
   * @return why it is no topic name, for people; null when it is one
   */
  public static String problem(String name) {
    if (name.isEmpty()) {
      return "the empty string is not allowed";
    }
    if (name.equals(".") || name.equals("..")) {
      return "'.' or '..' is not allowed";
    }
    if (name.length() > MAX_LENGTH) {
      return "the length of '" + name.substring(0, MAX_LENGTH) + "...' is longer than the max allowed length " + MAX_LENGTH;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean allowed = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
      if (!allowed) {
        return "'" + name + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
      }
    }
    return null;
  }

  /**
   * The form in which names collide: metric names cannot tell dots from underscores.
   *
   * @param name a topic's name
   * @return the form; null when the name has neither dots nor underscores
   */
  public static String collisionForm(String name) {
    return name.indexOf('.') < 0 && name.indexOf('_') < 0 ? null : name.replace('.', '_');
  }

  /**
   * @param one a topic's name
   * @param other another one
   * @return whether they differ, but only in dots and underscores
   */
  public static boolean collide(String one, String other) {
    return !one.equals(other) && one.replace('.', '_').equals(other.replace('.', '_'));
  }
}
