package io.margay.protocol.generator;

import java.util.List;

/**
 * One schema file.
 *
 * @param type request, response, header, data, coordinator-key, coordinator-value
 * @param apiKey the API key, or the record type of a coordinator record; -1 when the schema has none
 * @param flexibleVersions the versions with compact lengths and tagged sections
 * @param latestVersionUnstable whether the highest version may still change
 * @param top the fields of the message itself
 * @param structs all other structs
 */
record MessageSpec(String type, int apiKey, Versions flexibleVersions, boolean latestVersionUnstable, StructSpec top,
    List<StructSpec> structs) {

  MessageSpec withLatestVersionUnstable(boolean unstable) {
    return new MessageSpec(type, apiKey, flexibleVersions, unstable, top, structs);
  }

  boolean isRpc() {
    return type.equals("request") || type.equals("response");
  }

  boolean isCoordinatorRecord() {
    return type.startsWith("coordinator-");
  }
}
