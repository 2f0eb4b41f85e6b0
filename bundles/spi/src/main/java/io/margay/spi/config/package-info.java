/**
 * Definitions of settings (type, default, unit and documentation) and the service that knows their values. Names and meanings are
 * Kafka's where Kafka has the setting; our own begin with {@code margay.}.
 */
@Export
@Version("2.6.0")
package io.margay.spi.config;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
