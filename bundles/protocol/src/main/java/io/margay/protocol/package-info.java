/**
 * The Kafka wire protocol: how messages are read and written, error codes, ids. No I/O and no threads.
 *
 * <p>Terms: a <em>message</em> is what stands after the header in a frame, or a key or value of an internal topic;
 * <em>flexible</em> versions have compact lengths and a section of tagged fields after each struct.
 *
 * <p>Threads: nothing here is safe for use by several threads at once, apart from enums, records and static methods.
 *
 * <p>Buffers: {@link io.margay.protocol.MessageReader} never retains or releases the buffer that it reads; records that it
 * gives are views, valid as long as that buffer. {@link io.margay.protocol.MessageWriter} owns its buffer until
 * {@code finish()} hands it over, and takes over the {@link io.margay.protocol.Records} that are written.
 *
 * <p>Errors: bytes that are no valid message give {@link io.margay.protocol.MalformedMessageException}, a version that is not
 * supported {@link io.margay.protocol.UnsupportedMessageVersionException}; null where the schema forbids it is a bug of the
 * caller, {@link java.lang.IllegalStateException}.
 */
@Export
@Version("1.4.0")
package io.margay.protocol;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
