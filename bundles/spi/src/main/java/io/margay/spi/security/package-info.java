/**
 * Who a client is, and what it may do: contracts of the bundles that decide it.
 *
 * <p>A {@link io.margay.spi.security.SaslMechanism} is a service with the property {@code name}, the mechanism's name such as SCRAM-SHA-512.
 * While the service is away, logins with its mechanism wait for a bounded time; connections that have logged in stay.
 *
 * <p>An {@link io.margay.spi.security.Authorizer} is a service that decides what clients may do; each
 * {@link io.margay.spi.handler.ApiHandler} declares with an {@link io.margay.spi.handler.Access} what its requests need, so that the
 * server can check it. While an authorizer is configured and none is there, requests wait, for a bounded time, and nothing is allowed.
 */
@Export
@Version("1.10.0")
package io.margay.spi.security;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
