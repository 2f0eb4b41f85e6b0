package io.margay.shares.internal.letters;

import io.margay.metadata.ClusterImage;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.shares.internal.remote.BrokerLinks;
import java.util.function.Supplier;

/**
 * How letters reach their topics.
 *
 * @param image the newest image
 * @param links reach brokers
 * @param requests reach this broker's handlers
 * @param clock the time
 * @param scheduler timers
 */
public record Post(Supplier<ClusterImage> image, BrokerLinks links, Requests requests, Clock clock, Scheduler scheduler) { }
