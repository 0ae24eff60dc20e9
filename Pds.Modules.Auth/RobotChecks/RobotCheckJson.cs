using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pds.Modules.Auth.RobotChecks;

/// <summary>Writes what other services are asked.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RobotCheck.ClientTokens))]
[JsonSerializable(typeof(SignUpHook.Question))]
internal sealed partial class RobotCheckJson : JsonSerializerContext;
