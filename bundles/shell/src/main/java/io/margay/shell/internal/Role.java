package io.margay.shell.internal;

/** What someone at a shell may do; each role may do what those before it may. */
enum Role {
  /** Look at the state of the cluster. */
  VIEW,
  /** Run what keeps it going: topics, records, groups, reassignments. */
  OPERATE,
  /** Everything: settings, ACLs, bundles, and what cannot be undone. */
  ADMIN;

  /** @return whether this role may do what {@code needed} may */
  boolean includes(Role needed) {
    return compareTo(needed) >= 0;
  }

  /** How it is written in settings and properties of services. */
  String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The role of a word; {@link #VIEW} for one that is unknown. */
  static Role of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    return VIEW;
  }
}
