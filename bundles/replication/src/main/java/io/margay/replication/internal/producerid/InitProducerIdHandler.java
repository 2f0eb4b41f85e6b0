package io.margay.replication.internal.producerid;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves InitProducerId for idempotent producers: a new id with epoch 0. Requests with a transactional id are refused with
 * UNSUPPORTED_VERSION (not retriable).
 */
@Component(service = ApiHandler.class, immediate = true)
public final class InitProducerIdHandler implements ApiHandler {
  private static final Logger LOG = LoggerFactory.getLogger(InitProducerIdHandler.class);

  private final LineLimit lines = new LineLimit(Clock.SYSTEM);
  private final ProducerIds ids;

  /** @param controller where ids come from */
  @Activate
  public InitProducerIdHandler(@Reference Controller controller) {
    this.ids = new ProducerIds(controller);
  }

  /** Refuses the waiting requests, so that clients try again. */
  @Deactivate
  public void close() {
    ids.close();
  }

  @Override
  public Api api() {
    return InitProducerIdRequest.API;
  }

  @Override
  public short highestVersion() {
    return (short) (api().latestVersionUnstable() ? api().highest() - 1 : api().highest());
  }

  @Override
  public void handle(Request request) {
    InitProducerIdRequest init = request.read(new InitProducerIdRequest());
    if (init.transactionalId() != null) {
      boolean empty = init.transactionalId().isEmpty();
      long held = empty ? LineLimit.HELD : lines.pass("transactions");
      if (held != LineLimit.HELD) {
        LOG.warn("Transactions are not served clientId={} transactionalId={} sinceLast={}", request.clientId(), init.transactionalId(), held);
      }
      request.respond(errorResponse(request, empty ? Errors.INVALID_REQUEST : Errors.UNSUPPORTED_VERSION));
      return;
    }
    ids.next((error, id) -> request.respond(error != Errors.NONE ? errorResponse(request, error)
        : new InitProducerIdResponse().setProducerId(id).setProducerEpoch((short) 0)));
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return new InitProducerIdResponse().setErrorCode(error.code()).setProducerId(-1).setProducerEpoch((short) -1);
  }
}
