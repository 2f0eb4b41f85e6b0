/**
 * One class for each request, response, header and data schema of the Kafka protocol, generated at build time. Instances are
 * mutable and belong to one thread at a time; the thread rules of {@link io.margay.protocol} apply.
 */
@Export
@Version("1.0.0")
package io.margay.protocol.message;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
