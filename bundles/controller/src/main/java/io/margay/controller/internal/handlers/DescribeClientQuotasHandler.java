package io.margay.controller.internal.handlers;

import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeClientQuotasRequest;
import io.margay.protocol.message.DescribeClientQuotasResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** DescribeClientQuotas (48): no quotas are set. */
@Component(service = ApiHandler.class)
public final class DescribeClientQuotasHandler extends AdminHandler<DescribeClientQuotasRequest> {
  /** Needs nothing. */
  @Activate
  public DescribeClientQuotasHandler() {
    super(DescribeClientQuotasRequest.API, DescribeClientQuotasRequest::new, Access.cluster(AclOperation.DESCRIBE_CONFIGS));
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeClientQuotasRequest message) {
    return now(new DescribeClientQuotasResponse().setErrorMessage(null).setEntries(List.of()));
  }

  @Override
  Message failed(Request request, DescribeClientQuotasRequest message, Outcome why) {
    return new DescribeClientQuotasResponse().setErrorCode(why.error().code()).setErrorMessage(why.message()).setEntries(null);
  }
}
