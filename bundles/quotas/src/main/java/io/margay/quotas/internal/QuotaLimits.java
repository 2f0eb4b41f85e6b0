package io.margay.quotas.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.QuotaEntity;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** The limits of a cluster. Immutable. */
final class QuotaLimits {
  static final QuotaLimits NONE = new QuotaLimits(new EnumMap<>(QuotaKind.class));
  private static final String ANY = QuotaEntity.DEFAULT;

  private final Map<QuotaKind, Map<QuotaEntity, Double>> limits;

  private QuotaLimits(Map<QuotaKind, Map<QuotaEntity, Double>> limits) {
    this.limits = limits;
  }

  static QuotaLimits of(ClusterImage image) {
    Map<QuotaKind, Map<QuotaEntity, Double>> limits = new EnumMap<>(QuotaKind.class);
    image.configs().forEach((resource, quotas) -> {
      if (resource.type() == ConfigResource.Type.CLIENT_QUOTA) {
        QuotaEntity entity = usual(QuotaEntity.of(resource));
        for (QuotaKind kind : QuotaKind.values()) {
          String value = quotas.get(kind.setting());
          if (value != null) {
            limits.computeIfAbsent(kind, k -> new HashMap<>()).put(entity, Double.parseDouble(value));
          }
        }
      }
    });
    return new QuotaLimits(limits);
  }

  /** An address has several forms, and connections come with the usual one. */
  private static QuotaEntity usual(QuotaEntity entity) {
    if (entity.ip() == null || entity.ip().equals(ANY)) {
      return entity;
    }
    InetAddress address = QuotaEntity.address(entity.ip());
    return address == null ? entity : new QuotaEntity(null, null, address.getHostAddress());
  }

  boolean isEmpty() {
    return limits.isEmpty();
  }

  /**
   * A limit, and who shares it.
   *
   * @param key who shares it
   * @param limit the limit, {@code > 0}
   */
  record Found(UsageKey key, double limit) { }

  /**
   * The limit that counts for a client. The first of these that there is: of the user with the client id, of the user with any client id, of the
   * user, then the same for any user, then of the client id, then of any client id.
   *
   * @return null when there is none
   */
  Found find(QuotaKind kind, String user, String clientId) {
    Map<QuotaEntity, Double> all = limits.get(kind);
    if (all == null) {
      return null;
    }
    for (String of : new String[] {user, ANY}) {
      Double limit = all.get(new QuotaEntity(of, clientId, null));
      limit = limit != null ? limit : all.get(new QuotaEntity(of, ANY, null));
      if (limit != null) {
        return new Found(new UsageKey(kind, user, clientId, null), limit);
      }
      limit = all.get(new QuotaEntity(of, null, null));
      if (limit != null) {
        return new Found(new UsageKey(kind, user, null, null), limit);
      }
    }
    Double limit = all.get(new QuotaEntity(null, clientId, null));
    limit = limit != null ? limit : all.get(new QuotaEntity(null, ANY, null));
    return limit == null ? null : new Found(new UsageKey(kind, null, clientId, null), limit);
  }

  /** The limit for new connections from an address, or null. */
  Found find(String ip) {
    Map<QuotaEntity, Double> all = limits.get(QuotaKind.CONNECTION);
    if (all == null) {
      return null;
    }
    Double limit = all.get(new QuotaEntity(null, null, ip));
    limit = limit != null ? limit : all.get(new QuotaEntity(null, null, ANY));
    return limit == null ? null : new Found(new UsageKey(QuotaKind.CONNECTION, null, null, ip), limit);
  }
}
