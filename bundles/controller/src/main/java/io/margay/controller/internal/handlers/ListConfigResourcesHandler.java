package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.ConfigResource.Type;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ListConfigResourcesRequest;
import io.margay.protocol.message.ListConfigResourcesResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** ListConfigResources (74): what has settings. Version 0 asks for client metrics only. */
@Component(service = ApiHandler.class)
public final class ListConfigResourcesHandler extends AdminHandler<ListConfigResourcesRequest> {
  private static final long RESOURCE_BYTES = 150;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public ListConfigResourcesHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  ListConfigResourcesHandler(ControllerRuntime controller) {
    super(ListConfigResourcesRequest.API, ListConfigResourcesRequest::new, Access.cluster(AclOperation.DESCRIBE_CONFIGS));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, ListConfigResourcesRequest message) {
    Set<Type> types = new LinkedHashSet<>();
    if (request.version() == 0) {
      types.add(Type.CLIENT_METRICS);
    } else if (message.resourceTypes().isEmpty()) {
      types.addAll(Arrays.asList(Type.values()));
      types.remove(Type.USER); // nobody's business, and no kind that clients know
      types.remove(Type.CLIENT_QUOTA);
    }
    for (byte code : message.resourceTypes()) {
      Type type = Type.forCode(code);
      if (type == null) {
        return now(failed(request, message, Outcome.of(Errors.UNSUPPORTED_VERSION)));
      }
      types.add(type);
    }
    ClusterImage image = controller.image();
    List<ListConfigResourcesResponse.ConfigResource> resources = new ArrayList<>();
    for (Type type : types) {
      for (String name : names(image, type)) {
        resources.add(new ListConfigResourcesResponse.ConfigResource().setResourceName(name).setResourceType(type.code()));
      }
    }
    return now(new ListConfigResourcesResponse().setConfigResources(resources));
  }

  @Override
  long answerBytes(Request request, ListConfigResourcesRequest message) {
    ClusterImage image = controller.image();
    return RESOURCE_BYTES * ((long) image.topics().size() + image.configs().size()) + message.resourceTypes().size();
  }

  private static Set<String> names(ClusterImage image, Type type) {
    Set<String> names = new TreeSet<>();
    switch (type) {
      case TOPIC -> names.addAll(image.topics().keySet());
      case BROKER, BROKER_LOGGER -> image.brokers().keySet().forEach(id -> names.add(id.toString()));
      default -> image.configs().keySet().stream().filter(r -> r.type() == type).map(ConfigResource::name).forEach(names::add);
    }
    return names;
  }

  @Override
  Message failed(Request request, ListConfigResourcesRequest message, Outcome why) {
    return new ListConfigResourcesResponse().setErrorCode(why.error().code());
  }
}
