package io.margay.security.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.ConfigResource;
import io.margay.spi.security.Scram;
import io.margay.spi.security.ScramCredential;

/** The users of SCRAM in the metadata. Safe for all threads. */
@FunctionalInterface
interface ScramUsers {
  /** What is kept of a user's password, or null when there is no such user. */
  ScramCredential find(Scram mechanism, String user);

  static ScramUsers of(ClusterMetadata metadata) {
    return (mechanism, user) -> {
      String text = metadata.image().config(ConfigResource.user(user)).get(mechanism.mechanism());
      return text == null ? null : ScramCredential.decode(text);
    };
  }
}
