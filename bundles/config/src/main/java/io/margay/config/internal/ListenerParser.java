package io.margay.config.internal;

import io.margay.model.Endpoint;
import io.margay.spi.config.InvalidSettingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses {@code listeners}, {@code advertised.listeners} and {@code listener.security.protocol.map}. */
final class ListenerParser {
  /**
   * The addresses to bind and the addresses for clients: one element per listener in each, in the order of {@code listeners}.
   *
   * @param bound the addresses to bind
   * @param advertised the addresses for clients
   * @param quorum the name and protocol of the quorum's port, without its address; null when no name is set
   */
  record Result(List<Endpoint> bound, List<Endpoint> advertised, Endpoint quorum) { }

  private static final Set<String> PROTOCOLS = Set.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
  private static final Pattern ENTRY =
      Pattern.compile("([A-Za-z][\\w-]*):(/{0,2})(\\[[0-9A-Fa-f:.%\\w]*\\]|[^\\[\\]/]*):(\\d{1,5})");
  private static final String FORM = "NAME://host:port, such as PLAINTEXT://127.0.0.1:9092";

  private final Map<String, String> protocols;
  private final List<String> controllerNames;
  private final Supplier<String> hostName;
  private final Consumer<String> notes;

  /**
   * @param protocolMap the text of listener.security.protocol.map
   * @param controllerNames names of listeners that are not bound here
   * @param hostName gives the canonical name of this machine, when it is needed
   * @param notes gets a sentence for each value that was understood but is badly written
   */
  ListenerParser(String protocolMap, List<String> controllerNames, Supplier<String> hostName, Consumer<String> notes) {
    this.protocols = protocols(protocolMap);
    this.controllerNames = controllerNames.stream().map(name -> name.trim().toUpperCase(Locale.ROOT)).toList();
    this.hostName = hostName;
    this.notes = notes;
  }

  /**
   * @param listeners the value of listeners
   * @param advertised the value of advertised.listeners, null or empty when it is not set
   * @throws InvalidSettingException when they are not valid
   */
  Result parse(List<String> listeners, List<String> advertised) {
    List<Endpoint> bound = endpoints("listeners", listeners);
    if (bound.isEmpty()) {
      throw invalid("listeners", String.join(",", listeners), "at least one listener for clients, as " + FORM
          + "; listeners of the controller are not bound");
    }
    requireDifferentPorts(bound);
    Map<String, Endpoint> told = new HashMap<>();
    for (Endpoint e : endpoints("advertised.listeners", advertised == null ? List.of() : advertised)) {
      if (isWildcard(e.host()) && !e.host().isEmpty()) {
        throw invalid("advertised.listeners", e.toString(), "an address that clients can connect to, not " + e.host());
      }
      told.put(e.listener(), e);
    }
    List<Endpoint> all = new ArrayList<>();
    for (Endpoint e : bound) {
      Endpoint other = told.remove(e.listener());
      all.add(reachable(other == null ? e : other));
    }
    if (!told.isEmpty()) {
      throw invalid("advertised.listeners", told.values().iterator().next().toString(), "a name that listeners has: "
          + String.join(", ", bound.stream().map(Endpoint::listener).toList()));
    }
    return new Result(bound, List.copyOf(all), controllerNames.isEmpty() ? null : quorum(controllerNames.get(0)));
  }

  private Endpoint quorum(String name) {
    String protocol = protocols.get(name);
    if (protocol == null) {
      throw new InvalidSettingException("listener.security.protocol.map", "The setting controller.listener.names has " + name
          + " and listener.security.protocol.map does not: expected an entry such as " + name + ":SSL");
    }
    return new Endpoint(name, protocol, "", 0);
  }

  private List<Endpoint> endpoints(String setting, List<String> entries) {
    List<Endpoint> endpoints = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String entry : entries) {
      Matcher m = ENTRY.matcher(entry);
      if (!m.matches()) {
        throw invalid(setting, entry, FORM);
      }
      String name = m.group(1).toUpperCase(Locale.ROOT);
      if (!names.add(name)) {
        throw invalid(setting, entry, "each listener's name once");
      }
      if (controllerNames.contains(name)) {
        continue;
      }
      Endpoint endpoint = endpoint(setting, entry, name, m);
      if (m.group(2).length() < 2) {
        notes.accept("The setting " + setting + " has " + entry + ", which is taken for " + endpoint + ": write it like that.");
      }
      endpoints.add(endpoint);
    }
    return List.copyOf(endpoints);
  }

  private Endpoint endpoint(String setting, String entry, String name, Matcher m) {
    String host = m.group(3);
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = Integer.parseInt(m.group(4));
    if (port > 65_535) {
      throw invalid(setting, entry, "a port from 0 to 65535");
    }
    String protocol = protocols.get(name);
    if (protocol == null) {
      throw new InvalidSettingException("listener.security.protocol.map", "The setting " + setting + " has a listener " + name
          + " and listener.security.protocol.map does not: expected an entry such as " + name + ":PLAINTEXT");
    }
    return new Endpoint(name, protocol, host, port);
  }

  private Endpoint reachable(Endpoint e) {
    return isWildcard(e.host()) ? new Endpoint(e.listener(), e.protocol(), hostName.get(), e.port()) : e;
  }

  private static void requireDifferentPorts(List<Endpoint> bound) {
    for (int i = 0; i < bound.size(); i++) {
      for (int j = 0; j < i; j++) {
        Endpoint a = bound.get(i);
        Endpoint b = bound.get(j);
        if (a.port() != 0 && a.port() == b.port()
            && (a.host().equalsIgnoreCase(b.host()) || isWildcard(a.host()) || isWildcard(b.host()))) {
          throw invalid("listeners", b + "," + a, "a port of its own for each listener");
        }
      }
    }
  }

  private static boolean isWildcard(String host) {
    return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
  }

  private static Map<String, String> protocols(String text) {
    Map<String, String> map = new HashMap<>();
    for (String entry : text.split(",")) {
      if (entry.isBlank()) {
        continue;
      }
      String[] parts = entry.trim().split(":", -1);
      String protocol = parts.length == 2 ? parts[1].trim().toUpperCase(Locale.ROOT) : "";
      if (!PROTOCOLS.contains(protocol)) {
        throw invalid("listener.security.protocol.map", entry.trim(),
            "NAME:PROTOCOL, with PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL as protocol");
      }
      map.put(parts[0].trim().toUpperCase(Locale.ROOT), protocol);
    }
    return map;
  }

  private static InvalidSettingException invalid(String setting, String text, String expected) {
    return new InvalidSettingException(setting, "Invalid value " + text + " for configuration " + setting + ": expected "
        + expected);
  }
}
