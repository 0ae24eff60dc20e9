using Npgsql;
using NpgsqlTypes;

namespace Pds.Modules.Auth.Storage;

/// <summary>Parameters that may be null need their type said.</summary>
internal static class NullableParameters
{
    public static void AddText(this NpgsqlParameterCollection parameters, string? value) =>
        parameters.AddWithValue(NpgsqlDbType.Text, (object?)value ?? DBNull.Value);

    public static void AddTime(this NpgsqlParameterCollection parameters, DateTimeOffset? value) =>
        parameters.AddWithValue(NpgsqlDbType.TimestampTz, (object?)value ?? DBNull.Value);
}
