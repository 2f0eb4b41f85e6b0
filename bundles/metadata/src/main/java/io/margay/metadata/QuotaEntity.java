package io.margay.metadata;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Whom a client quota is for: a user, a client id, both together, or an address. Each part is a name, {@link #DEFAULT} for all that have no
 * quota of their own, or null where the entity does not have it.
 *
 * @param user name of the user
 * @param clientId a client id
 * @param ip an address, without the other parts
 */
public record QuotaEntity(String user, String clientId, String ip) {
  /** Stands for all that have no quota of their own. */
  public static final String DEFAULT = "";

  private static final String USER = "user";
  private static final String CLIENT_ID = "client-id";
  private static final String IP = "ip";

  public QuotaEntity {
    if (ip == null ? user == null && clientId == null : user != null || clientId != null) {
      throw new IllegalArgumentException("a quota is for a user, a client id, both, or an address: " + user + ", " + clientId + ", " + ip);
    }
  }

  /** @return the resource that the quotas are kept as: settings with the names of quotas */
  public ConfigResource resource() {
    StringBuilder name = new StringBuilder();
    add(name, USER, user);
    add(name, CLIENT_ID, clientId);
    add(name, IP, ip);
    return new ConfigResource(ConfigResource.Type.CLIENT_QUOTA, name.toString());
  }

  private static void add(StringBuilder name, String type, String part) {
    if (part != null) {
      name.append(name.length() == 0 ? "" : "&").append(type);
      if (!part.equals(DEFAULT)) {
        name.append('=').append(URLEncoder.encode(part, StandardCharsets.UTF_8));
      }
    }
  }

  /**
   * @param resource what {@link #resource} returned
   * @return the entity
   */
  public static QuotaEntity of(ConfigResource resource) {
    String user = null;
    String clientId = null;
    String ip = null;
    for (String part : resource.name().split("&")) {
      int end = part.indexOf('=');
      String type = end < 0 ? part : part.substring(0, end);
      String name = end < 0 ? DEFAULT : URLDecoder.decode(part.substring(end + 1), StandardCharsets.UTF_8);
      switch (type) {
        case USER -> user = name;
        case CLIENT_ID -> clientId = name;
        case IP -> ip = name;
        default -> throw new IllegalArgumentException("there is no quota for " + resource.name());
      }
    }
    return new QuotaEntity(user, clientId, ip);
  }
}
