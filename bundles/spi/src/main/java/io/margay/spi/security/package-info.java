/**
 * Who may do what. An {@link io.margay.spi.security.Authorizer} is a service that decides; each
 * {@link io.margay.spi.handler.ApiHandler} declares with an {@link io.margay.spi.handler.Access} what its requests need, so that the
 * server can check it. While an authorizer is configured and none is there, requests wait, for a bounded time, and nothing is allowed.
 */
@Export
@Version("1.0.0")
package io.margay.spi.security;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
