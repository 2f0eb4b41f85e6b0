package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.QuotaEntity;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeClientQuotasRequest;
import io.margay.protocol.message.DescribeClientQuotasResponse;
import io.margay.protocol.message.DescribeClientQuotasResponse.EntityData;
import io.margay.protocol.message.DescribeClientQuotasResponse.EntryData;
import io.margay.protocol.message.DescribeClientQuotasResponse.ValueData;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeClientQuotas (48): the quotas that are set. Which of them count for a client is decided where they are counted. */
@Component(service = ApiHandler.class)
public final class DescribeClientQuotasHandler extends AdminHandler<DescribeClientQuotasRequest> {
  private static final long ENTRY_BYTES = 800;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DescribeClientQuotasHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DescribeClientQuotasHandler(ControllerRuntime controller) {
    super(DescribeClientQuotasRequest.API, DescribeClientQuotasRequest::new, Access.cluster(AclOperation.DESCRIBE_CONFIGS));
    this.controller = controller;
  }

  @Override
  long answerBytes(Request request, DescribeClientQuotasRequest message) {
    return ENTRY_BYTES * controller.image().configs().size();
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeClientQuotasRequest message) {
    Predicate<QuotaEntity> filter;
    try {
      filter = QuotaRules.filter(message);
    } catch (RefusedException e) {
      return now(failed(request, message, e.outcome()));
    }
    Map<String, EntryData> sorted = new TreeMap<>();
    controller.image().configs().forEach((resource, quotas) -> {
      if (resource.type() == ConfigResource.Type.CLIENT_QUOTA) {
        QuotaEntity entity = QuotaEntity.of(resource);
        if (filter.test(entity)) {
          sorted.put(resource.name(), entry(entity, quotas));
        }
      }
    });
    return now(new DescribeClientQuotasResponse().setErrorMessage(null).setEntries(new ArrayList<>(sorted.values())));
  }

  private static EntryData entry(QuotaEntity entity, Map<String, String> quotas) {
    List<EntityData> parts = new ArrayList<>(2);
    QuotaRules.parts(entity, (type, name) -> parts.add(new EntityData().setEntityType(type).setEntityName(name)));
    List<ValueData> values = new ArrayList<>(quotas.size());
    new TreeMap<>(quotas).forEach((key, value) -> values.add(new ValueData().setKey(key).setValue(Double.parseDouble(value))));
    return new EntryData().setEntity(parts).setValues(values);
  }

  @Override
  Message failed(Request request, DescribeClientQuotasRequest message, Outcome why) {
    return new DescribeClientQuotasResponse().setErrorCode(why.error().code()).setErrorMessage(why.message()).setEntries(null);
  }
}
