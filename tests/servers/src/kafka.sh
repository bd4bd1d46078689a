ready='Kafka Server started'
polite=TERM last=''

java_with() {
    exec java -cp "$jars/*" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$@"
}

# The users are words on purpose.
prepare() {
    (java_with -Xmx128m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn kafka.tools.StorageTool format \
        --cluster-id AAAAAAAAAAAAAAAAAAAAAQ --config "$dir/server.properties" $users)
}

serve() {
    java_with -Xms64m -Xmx512m -Dorg.slf4j.simpleLogger.showDateTime=true \
        -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS kafka.Kafka "$dir/server.properties"
}
