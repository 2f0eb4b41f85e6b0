/**
 * How parts send requests: to this server in process ({@link io.margay.spi.client.LocalClient}), and to other brokers over the
 * network ({@link io.margay.spi.client.RemoteClient}).
 */
@Export
@Version("2.3.0")
package io.margay.spi.client;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
