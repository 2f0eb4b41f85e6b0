package io.margay.metadata;

import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

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

  private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");
  /** What is read as an address, or refused, and never looked up as a name. */
  private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:][0-9A-Fa-f:.]*");

  private static final String USER = "user";
  private static final String CLIENT_ID = "client-id";
  private static final String IP = "ip";

  public QuotaEntity {
    if (ip == null ? user == null && clientId == null : user != null || clientId != null) {
      throw new IllegalArgumentException("a quota is for a user, a client id, both, or an address: " + user + ", " + clientId + ", " + ip);
    }
  }

  /**
   * Reads an address. No name is looked up.
   *
   * @param text what may be the {@link #ip} of an entity
   * @return the address; null when the text is none, such as the name of a host
   */
  public static InetAddress address(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      return null;
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
