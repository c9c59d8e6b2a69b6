import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import org.eclipse.jetty.server.AbstractNetworkConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;

/**
 * DynamoDB Local, reachable from this machine only: its own main class listens on every interface
 * and has no option for that. Takes the same arguments.
 */
final class LoopbackDynamoDb {
  public static void main(String[] arguments) throws Exception {
    var dynamodb = ServerRunner.createServerFromCommandLineArgs(arguments);
    var jetty = dynamodb.getClass().getDeclaredField("server");
    jetty.setAccessible(true);
    for (Connector connector : ((Server) jetty.get(dynamodb)).getConnectors()) {
      ((AbstractNetworkConnector) connector).setHost("127.0.0.1");
    }
    dynamodb.start();
    dynamodb.join();
  }
}
