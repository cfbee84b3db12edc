import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.CustomResource;
import io.strimzi.crdgenerator.annotations.Maximum;
import io.strimzi.crdgenerator.annotations.Minimum;
import io.strimzi.crdgenerator.annotations.MinimumItems;
import io.strimzi.crdgenerator.annotations.Pattern;
import io.strimzi.crdgenerator.annotations.PresentInVersions;
import io.strimzi.crdgenerator.annotations.RequiredInVersions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;

/**
 * Prints, as JSON by kind, the OpenAPI schema of the spec of Strimzi's resources, which the model classes of its API say: what Jackson reads of them, with the
 * limits that Strimzi annotates. Arguments: the newest version of the API, and classes.
 */
public final class PrintSchemas {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final String version;
  /** Types that are being described: one that contains itself can't be written out. */
  private final Deque<Class<?>> open = new ArrayDeque<>();

  private PrintSchemas(String version) {
    this.version = version;
  }

  public static void main(String[] args) throws Exception {
    ObjectNode schemas = JSON.createObjectNode();
    for (String name : Arrays.asList(args).subList(1, args.length)) {
      Class<?> resource = Class.forName(name);
      JavaType spec = JSON.getTypeFactory().constructType(resource).findSuperType(CustomResource.class).containedType(0);
      schemas.set(resource.getSimpleName(), new PrintSchemas(args[0]).schema(spec));
    }
    System.out.println(schemas);
  }

  private ObjectNode schema(JavaType type) {
    Class<?> raw = type.getRawClass();
    ObjectNode schema = JSON.createObjectNode();
    if (raw == String.class) return schema.put("type", "string");
    if (raw == boolean.class || raw == Boolean.class) return schema.put("type", "boolean");
    if (raw == float.class || raw == Float.class || raw == double.class || raw == Double.class) return schema.put("type", "number");
    if (raw.isPrimitive() || Number.class.isAssignableFrom(raw)) return schema.put("type", "integer");
    if (raw == Quantity.class || raw == IntOrString.class) return schema.put("x-kubernetes-int-or-string", true);
    if (type.isEnumType()) return oneOf(schema, Arrays.asList(raw.getEnumConstants()));
    if (type.isCollectionLikeType() || type.isArrayType()) {
      schema.put("type", "array").set("items", schema(type.getContentType()));
      return schema;
    }
    schema.put("type", "object");
    if (type.isMapLikeType() && type.getContentType().getRawClass() != Object.class) {
      schema.set("additionalProperties", schema(type.getContentType()));
      return schema;
    }
    if (type.isMapLikeType() || raw == Object.class || JsonNode.class.isAssignableFrom(raw) || open.contains(raw)) {
      return schema.put("x-kubernetes-preserve-unknown-fields", true);
    }
    open.push(raw);
    properties(schema, type);
    open.pop();
    return schema;
  }

  /** Of a type with subtypes: the properties of all. */
  private void properties(ObjectNode schema, JavaType type) {
    ObjectNode properties = schema.withObject("/properties");
    TreeSet<String> required = new TreeSet<>();
    JsonSubTypes subtypes = type.getRawClass().getAnnotation(JsonSubTypes.class);
    BeanDescription described = JSON.getSerializationConfig().introspect(type);
    for (BeanPropertyDefinition property : described.findProperties()) {
      AnnotatedMember member = property.getAccessor();
      if (member == null || member == described.findAnyGetter() || !isPresent(property)) continue;
      ObjectNode value = schema(member.getType());
      limits(value, property);
      properties.set(property.getName(), value);
      RequiredInVersions versions = annotation(property, RequiredInVersions.class);
      if (property.isRequired() || (versions != null && isIn(versions.value()))) required.add(property.getName());
    }
    if (subtypes != null) {
      for (JsonSubTypes.Type subtype : subtypes.value()) {
        ObjectNode one = JSON.createObjectNode();
        properties(one, JSON.getTypeFactory().constructType(subtype.value()));
        one.withObject("/properties").properties().forEach(property -> properties.putIfAbsent(property.getKey(), property.getValue()));
      }
      List<String> names = Arrays.stream(subtypes.value()).map(JsonSubTypes.Type::name).toList();
      properties.set("type", oneOf(JSON.createObjectNode(), names));
      required.add("type");
    }
    if (!required.isEmpty()) required.forEach(schema.withArray("/required")::add);
  }

  private void limits(ObjectNode schema, BeanPropertyDefinition property) {
    Minimum minimum = annotation(property, Minimum.class);
    if (minimum != null) schema.put("minimum", minimum.value());
    Maximum maximum = annotation(property, Maximum.class);
    if (maximum != null) schema.put("maximum", maximum.value());
    Pattern pattern = annotation(property, Pattern.class);
    if (pattern != null) schema.put("pattern", pattern.value());
    MinimumItems items = annotation(property, MinimumItems.class);
    if (items != null) schema.put("minItems", items.value());
  }

  private boolean isPresent(BeanPropertyDefinition property) {
    PresentInVersions versions = annotation(property, PresentInVersions.class);
    return versions == null || isIn(versions.value());
  }

  /** Whether a range as Strimzi writes it (`v1beta2`, `v1alpha1-v1beta2`, `v1beta2+`) has the version, which is the newest. */
  private boolean isIn(String range) {
    return range.endsWith("+") || Arrays.asList(range.split("-")).contains(version);
  }

  private static <A extends java.lang.annotation.Annotation> A annotation(BeanPropertyDefinition property, Class<A> type) {
    for (AnnotatedMember member : new AnnotatedMember[] {property.getGetter(), property.getField(), property.getSetter()}) {
      if (member != null && member.hasAnnotation(type)) return member.getAnnotation(type);
    }
    return null;
  }

  private static ObjectNode oneOf(ObjectNode schema, List<?> values) {
    ArrayNode texts = schema.put("type", "string").putArray("enum");
    for (Object value : values) texts.add(JSON.valueToTree(value).asText());
    return schema;
  }
}
