package io.quorate.discovery.cloud;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The XML of AWS's query APIs, read as a stream: neither document types nor external entities, and no deeper than they nest. */
final class AwsXml {
    private static final int MAX_DEPTH = 64;
    private static final String INSTANCE = "/DescribeInstancesResponse/reservationSet/item/instancesSet/item";

    private AwsXml() {}

    /** Addresses are empty where the instance has none. */
    record Instance(String id, String state, String privateAddress, String publicAddress, List<String> v6Addresses) {}

    /** @param nextToken empty on the last page */
    record Page(List<Instance> instances, String nextToken) {}

    /** Told of each element that ends, by its path from the root, with the text directly in it. */
    @FunctionalInterface
    private interface Elements {
        void ended(String path, String text);
    }

    /** What this reader refuses has no place in the text; the parser's own words are for those who write parsers. */
    private static String reason(XMLStreamException refused) {
        return refused.getLocation() == null ? ": " + refused.getMessage() : "";
    }

    static Page instances(Visit visit, String what, String xml) throws CloudException {
        InstanceReader reader = new InstanceReader();
        try {
            read(xml, reader);
        } catch (XMLStreamException e) {
            throw visit.wrong(what + " answered what is not XML" + reason(e));
        }
        if (!reader.isAnswer) {
            throw visit.wrong(what + " answered XML that is not a list of instances");
        }
        return new Page(reader.instances, reader.next);
    }

    /** What an error answer says, as {@code Code: Message}; empty when it says nothing. */
    static String error(String xml) {
        StringBuilder code = new StringBuilder();
        StringBuilder message = new StringBuilder();
        try {
            read(xml, (path, text) -> {
                if (path.endsWith("/Error/Code")) {
                    code.append(text);
                } else if (path.endsWith("/Error/Message")) {
                    message.append(text);
                }
            });
        } catch (XMLStreamException e) {
            return code.toString();
        }
        return message.isEmpty() ? code.toString() : code + ": " + message;
    }

    /** What {@code AssumeRoleWithWebIdentity} gave. */
    static AwsCredentials assumed(Visit visit, String what, String xml) throws CloudException {
        String root = "/AssumeRoleWithWebIdentityResponse/AssumeRoleWithWebIdentityResult/Credentials/";
        StringBuilder id = new StringBuilder();
        StringBuilder key = new StringBuilder();
        StringBuilder token = new StringBuilder();
        try {
            read(xml, (path, text) -> {
                if (path.equals(root + "AccessKeyId")) {
                    id.append(text);
                } else if (path.equals(root + "SecretAccessKey")) {
                    key.append(text);
                } else if (path.equals(root + "SessionToken")) {
                    token.append(text);
                }
            });
        } catch (XMLStreamException e) {
            throw visit.wrong(what + " answered what is not XML" + reason(e));
        }
        if (id.isEmpty() || key.isEmpty() || token.isEmpty()) {
            throw visit.wrong(what + " answered without credentials");
        }
        return AwsCredentials.of(visit, id.toString(), key.toString(), token.toString());
    }

    private static final class InstanceReader implements Elements {
        private final List<Instance> instances = new ArrayList<>();
        private boolean isAnswer;
        private String next = "";
        private String id = "";
        private String state = "";
        private String own = "";
        private String outer = "";
        private final List<String> v6 = new ArrayList<>();

        @Override
        public void ended(String path, String text) {
            switch (path) {
                case INSTANCE + "/instanceId" -> id = text;
                case INSTANCE + "/instanceState/name" -> state = text;
                case INSTANCE + "/privateIpAddress" -> own = text;
                case INSTANCE + "/ipAddress" -> outer = text;
                case INSTANCE + "/networkInterfaceSet/item/ipv6AddressesSet/item/ipv6Address" -> v6.add(text);
                case INSTANCE -> {
                    instances.add(new Instance(id, state, own, outer, List.copyOf(v6)));
                    id = "";
                    state = "";
                    own = "";
                    outer = "";
                    v6.clear();
                }
                case "/DescribeInstancesResponse/nextToken" -> next = text;
                case "/DescribeInstancesResponse" -> isAnswer = true;
                default -> {}
            }
        }
    }

    private static void read(String xml, Elements elements) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
        List<StringBuilder> texts = new ArrayList<>();
        StringBuilder path = new StringBuilder();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.DTD -> throw new XMLStreamException("a document type is not allowed");
                case XMLStreamConstants.START_ELEMENT -> {
                    path.append('/').append(reader.getLocalName());
                    texts.add(new StringBuilder());
                    if (texts.size() > MAX_DEPTH) {
                        throw new XMLStreamException("deeper than " + MAX_DEPTH + " elements");
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (!texts.isEmpty()) {
                        texts.get(texts.size() - 1).append(reader.getText());
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    String text = texts.remove(texts.size() - 1).toString().strip();
                    elements.ended(path.toString(), text);
                    path.setLength(path.length() - reader.getLocalName().length() - 1);
                }
                default -> {}
            }
        }
    }
}
