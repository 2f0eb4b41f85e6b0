package io.margay.protocol.generator;

import java.util.List;

/**
 * A struct, or the top level of a message.
 *
 * @param name the Java class name
 * @param versions the versions of the message in which it can occur
 * @param fields in the order of the schema
 */
record StructSpec(String name, Versions versions, List<FieldSpec> fields) {
}
