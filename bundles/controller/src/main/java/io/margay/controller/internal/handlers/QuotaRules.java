package io.margay.controller.internal.handlers;

import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.QuotaEntity;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterClientQuotasRequest.EntityData;
import io.margay.protocol.message.AlterClientQuotasRequest.EntryData;
import io.margay.protocol.message.AlterClientQuotasRequest.OpData;
import io.margay.protocol.message.DescribeClientQuotasRequest;
import io.margay.protocol.message.DescribeClientQuotasRequest.ComponentData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Which client quotas there can be, and which of them a filter chooses; the same answers as Kafka's, for the most part in its words. */
final class QuotaRules {
  private static final String USER = "user";
  private static final String CLIENT_ID = "client-id";
  private static final String IP = "ip";
  private static final int MAX_NAME_CHARACTERS = 1_000;
  private static final double WHOLE = 1e-6;

  /** What a value may be. */
  private enum Kind { LONG, INT, DOUBLE }

  private static final Map<String, Kind> OF_CLIENTS = Map.of("producer_byte_rate", Kind.LONG, "consumer_byte_rate", Kind.LONG,
      "request_percentage", Kind.DOUBLE, "controller_mutation_rate", Kind.DOUBLE);
  private static final Map<String, Kind> OF_ADDRESSES = Map.of("connection_creation_rate", Kind.INT);

  private QuotaRules() { }

  /**
   * Whom an alteration is for.
   *
   * @throws RefusedException when there are no such quotas
   */
  static QuotaEntity entity(List<EntityData> parts) {
    if (parts.isEmpty()) {
      throw refused("Invalid empty client quota entity");
    }
    Map<String, String> names = new HashMap<>();
    for (EntityData part : parts) {
      String type = part.entityType();
      if (!type.equals(USER) && !type.equals(CLIENT_ID) && !type.equals(IP)) {
        throw refused("Unhandled client quota entity type: " + Texts.shown(type));
      }
      String name = part.entityName();
      if (names.put(type, name == null ? QuotaEntity.DEFAULT : name) != null) {
        throw refused("Invalid client quota entity, duplicate entity entry " + type);
      }
      if (name != null && (name.isEmpty() || name.length() > MAX_NAME_CHARACTERS)) {
        throw refused(name.isEmpty() ? "Empty " + type + " not supported" : "The name of the " + type + " is too long");
      }
    }
    String ip = names.get(IP);
    if (ip != null && names.size() > 1) {
      throw refused("Invalid quota entity combination, IP entity should not be combined with User or ClientId");
    }
    if (ip != null && !ip.equals(QuotaEntity.DEFAULT) && QuotaEntity.address(ip) == null) {
      throw refused(Texts.shown(ip) + " is not a valid IP address"); // nor are host names: a client could make all brokers look them up
    }
    return new QuotaEntity(names.get(USER), names.get(CLIENT_ID), ip);
  }

  /** @throws RefusedException when a quota cannot be changed so */
  static void check(QuotaEntity entity, EntryData entry) {
    Map<String, Kind> kinds = entity.ip() == null ? OF_CLIENTS : OF_ADDRESSES;
    Set<String> seen = new HashSet<>();
    for (OpData op : entry.ops()) {
      if (!seen.add(op.key())) {
        throw refused("Quota " + Texts.shown(op.key()) + " is altered twice");
      }
      if (!op.remove()) {
        Kind kind = kinds.get(op.key());
        if (kind == null) {
          throw refused("Invalid configuration key " + Texts.shown(op.key()));
        }
        check(op.key(), kind, op.value());
      }
    }
  }

  private static void check(String key, Kind kind, double value) {
    if (!Double.isFinite(value)) {
      throw refused("Quota " + key + " must be a finite number");
    }
    if (value <= 0) {
      throw refused("Quota " + key + " must be greater than 0");
    }
    double most = kind == Kind.LONG ? Long.MAX_VALUE : kind == Kind.INT ? Integer.MAX_VALUE : Double.MAX_VALUE;
    if (value > most) {
      throw refused("Proposed value for " + key + " is too large for " + (kind == Kind.INT ? "an " : "a ") + kind + ".");
    }
    if (kind != Kind.DOUBLE && Math.abs(value - Math.rint(value)) > WHOLE) {
      throw refused(key + " cannot be a fractional value.");
    }
  }

  /**
   * What a filter chooses.
   *
   * @throws RefusedException when there is no such filter
   */
  static Predicate<QuotaEntity> filter(DescribeClientQuotasRequest request) {
    List<Predicate<QuotaEntity>> all = new ArrayList<>();
    Set<String> types = new HashSet<>();
    for (ComponentData component : request.components()) {
      String type = component.entityType();
      if (type.isEmpty()) {
        throw refused("Invalid empty entity type.");
      }
      if (!type.equals(USER) && !type.equals(CLIENT_ID) && !type.equals(IP)) {
        throw new RefusedException(Errors.UNSUPPORTED_VERSION, "Unsupported entity type " + Texts.shown(type));
      }
      if (!types.add(type)) {
        throw refused("Entity type " + type + " cannot appear more than once in the filter.");
      }
      all.add(match(component));
    }
    if (types.contains(IP) && types.size() > 1) {
      throw refused("Invalid entity filter component combination. IP filter component should not be used with user or clientId filter"
          + " component.");
    }
    boolean strict = request.strict();
    return entity -> (!strict || types.size() == size(entity) && !types.isEmpty()) && all.stream().allMatch(p -> p.test(entity));
  }

  private static Predicate<QuotaEntity> match(ComponentData component) {
    String type = component.entityType();
    String wanted = component.match();
    return switch (component.matchType()) {
      case 0 -> {
        if (wanted == null) {
          throw refused("Request specified MATCH_TYPE_EXACT, but set the match string to null.");
        }
        yield entity -> !wanted.isEmpty() && wanted.equals(part(entity, type));
      }
      case 1 -> {
        if (wanted != null) {
          throw refused("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.");
        }
        yield entity -> QuotaEntity.DEFAULT.equals(part(entity, type));
      }
      case 2 -> {
        if (wanted != null) {
          throw refused("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.");
        }
        yield entity -> part(entity, type) != null;
      }
      default -> throw refused("Unknown match type " + component.matchType());
    };
  }

  private static String part(QuotaEntity entity, String type) {
    return type.equals(USER) ? entity.user() : type.equals(CLIENT_ID) ? entity.clientId() : entity.ip();
  }

  private static int size(QuotaEntity entity) {
    return (entity.user() == null ? 0 : 1) + (entity.clientId() == null ? 0 : 1) + (entity.ip() == null ? 0 : 1);
  }

  /** Takes the parts of an entity: types, with names or null for the default. */
  interface PartTaker {
    void take(String type, String name);
  }

  static void parts(QuotaEntity entity, PartTaker taker) {
    for (String type : List.of(USER, CLIENT_ID, IP)) {
      String part = part(entity, type);
      if (part != null) {
        taker.take(type, part.equals(QuotaEntity.DEFAULT) ? null : part);
      }
    }
  }

  static RefusedException refused(String why) {
    return new RefusedException(Errors.INVALID_REQUEST, why);
  }
}
