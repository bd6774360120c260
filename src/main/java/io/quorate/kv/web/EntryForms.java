package io.quorate.kv.web;

import io.quorate.http.JsonForm;
import io.quorate.kv.KvEntry;
import io.quorate.kv.KvOperations;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** How entries read in JSON. */
final class EntryForms {
    static final EntryForms PLAIN = new EntryForms(false);
    /** With the time of their last change. */
    static final EntryForms TIMED = new EntryForms(true);

    final JsonForm<KvOperations.Found> found;
    final JsonForm<List<KvEntry>> list;
    final JsonForm<KvOperations.Changes> changes;
    private final boolean timed;

    private EntryForms(boolean timed) {
        this.timed = timed;
        found = new JsonForm<>((value, json) -> {
            json.writeStartArray();
            if (value.entry() != null) {
                write(value.entry(), json);
            }
            json.writeEndArray();
        });
        list = new JsonForm<>(this::writeAll);
        changes = new JsonForm<>((value, json) -> {
            json.writeStartObject();
            json.writeName("Changed");
            writeAll(value.changed(), json);
            json.writeName("Deleted");
            json.writeStartArray();
            value.deleted().forEach(json::writeString);
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    void writeAll(List<KvEntry> entries, JsonGenerator json) {
        json.writeStartArray();
        for (KvEntry entry : entries) {
            write(entry, json);
        }
        json.writeEndArray();
    }

    private void write(KvEntry entry, JsonGenerator json) {
        json.writeStartObject();
        json.writeNumberProperty("LockIndex", entry.lockIndex());
        json.writeStringProperty("Key", entry.key());
        json.writeName("Flags");
        if (entry.flags() < 0) {
            json.writeNumber(Long.toUnsignedString(entry.flags()));
        } else {
            json.writeNumber(entry.flags());
        }
        json.writeName("Value");
        if (entry.value().length() == 0) {
            json.writeNull();
        } else {
            json.writeBinary(entry.value().bytes());
        }
        if (entry.session() != null) {
            json.writeStringProperty("Session", entry.session().toString());
        }
        json.writeNumberProperty("CreateIndex", entry.createIndex());
        json.writeNumberProperty("ModifyIndex", entry.modifyIndex());
        if (timed) {
            json.writeStringProperty(
                    "ModifyTime", Instant.ofEpochMilli(entry.modifiedMs()).toString());
        }
        json.writeEndObject();
    }
}
