# The Debian package. Only complete with CMAKE_INSTALL_PREFIX=/usr, as tools/package sets it.
set(debian ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nightjar)
set(CPACK_PACKAGE_VENDOR nightjar)
set(CPACK_PACKAGE_CONTACT "nightjar maintainers <maintainers@nightjar.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "MQTT broker with a store and a live page built in")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "nightjar takes the place of mosquitto on a single machine. It reads
mosquitto.conf, speaks MQTT over TCP and WebSockets, and keeps what it hears:
sensor values are on disk before they are acknowledged, are checked against
thresholds, shown live on a web page and answered over REST.")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "mosquitto-clients, logrotate")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)
set(CPACK_PRE_BUILD_SCRIPTS ${debian}/documents.cmake)
set(CPACK_NIGHTJAR_SOURCE ${CMAKE_SOURCE_DIR})
include(CPack)
