package io.quorate.discovery.cloud;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Azure's separate clouds: where tokens are given, and where resources are managed. */
enum AzureCloud {
    PUBLIC("https://login.microsoftonline.com", "https://management.azure.com"),
    US_GOVERNMENT("https://login.microsoftonline.us", "https://management.usgovcloudapi.net"),
    CHINA("https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn");

    private final String login;
    private final String management;

    AzureCloud(String login, String management) {
        this.login = login;
        this.management = management;
    }

    String login() {
        return login;
    }

    String management() {
        return management;
    }

    /** By any of the names in use; absent for any other. */
    static @Nullable AzureCloud of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "public", "azurepubliccloud", "azurecloud" -> PUBLIC;
            case "usgovernment", "azureusgovernment", "azureusgovernmentcloud" -> US_GOVERNMENT;
            case "china", "azurechina", "azurechinacloud" -> CHINA;
            default -> null;
        };
    }
}
