package io.margay.deploy.internal;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the server did between two looks at its counters.
 *
 * @param apis by name of the API
 */
record Traffic(Map<String, Api> apis) {
  static final String WAITING = "waiting";

  /**
   * One API.
   *
   * @param answered responses
   * @param errors those of them with an error
   * @param micros responses by the end of the bucket that their duration is in, in microseconds
   */
  record Api(long answered, long errors, SortedMap<Long, Long> micros) {
    static final Api NONE = new Api(0, 0, new TreeMap<>());

    /** 99 of 100 responses took no longer, in microseconds; the end of a bucket. */
    long p99Micros() {
      return micros(answered - answered / 100);
    }

    /** Half of the responses took no longer, in microseconds; the end of a bucket. */
    long medianMicros() {
      return micros(answered - answered / 2);
    }

    private long micros(long responses) {
      long left = responses;
      for (Map.Entry<Long, Long> bucket : micros.entrySet()) {
        left -= bucket.getValue();
        if (left <= 0) {
          return bucket.getKey();
        }
      }
      return 0;
    }

    /** Which share of the responses has an error. */
    double errorShare() {
      return answered == 0 ? 0 : (double) errors / answered;
    }
  }

  /**
   * @param earlier the counters at the beginning
   * @param later the counters at the end; one that is less than before was counted by a new server, from 0
   */
  static Traffic between(Map<String, Long> earlier, Map<String, Long> later) {
    boolean restarted = later.entrySet().stream()
        .anyMatch(e -> !e.getKey().equals(WAITING) && e.getValue() < earlier.getOrDefault(e.getKey(), 0L));
    Map<String, Long> from = restarted ? Map.of() : earlier;
    Map<String, Api> apis = new TreeMap<>();
    later.forEach((key, value) -> {
      int dot = key.indexOf('.');
      if (dot > 0) {
        Api api = apis.getOrDefault(key.substring(0, dot), Api.NONE);
        apis.put(key.substring(0, dot), add(api, key.substring(dot + 1), value - from.getOrDefault(key, 0L)));
      }
    });
    return new Traffic(apis);
  }

  private static Api add(Api api, String what, long count) {
    if (what.startsWith("micros.")) {
      SortedMap<Long, Long> micros = new TreeMap<>(api.micros);
      micros.put(Long.parseLong(what.substring("micros.".length())), count);
      return new Api(api.answered, api.errors, micros);
    }
    return switch (what) {
      case "answered" -> new Api(count, api.errors, api.micros);
      case "errors" -> new Api(api.answered, count, api.micros);
      default -> api;
    };
  }

  Api api(String name) {
    return apis.getOrDefault(name, Api.NONE);
  }

  long errors() {
    return apis.values().stream().mapToLong(Api::errors).sum();
  }
}
