/**
 * Calls to the controller within the process, where Kafka's brokers send internal requests.
 */
@Export
@Version("2.5.0")
package io.margay.spi.controller;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
