using System.Text.Json.Serialization;
using Pds.Modules.Repo.Endpoints.Repo;
using Pds.Modules.Repo.Endpoints.Sync;

namespace Pds.Modules.Repo;

/// <summary>Reads and writes what the module's methods take and give, without reflection.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ApplyWrites.Input), TypeInfoPropertyName = "ApplyWritesInput")]
[JsonSerializable(typeof(ApplyWrites.Output), TypeInfoPropertyName = "ApplyWritesOutput")]
[JsonSerializable(typeof(CreateRecord.Input), TypeInfoPropertyName = "CreateRecordInput")]
[JsonSerializable(typeof(CreateRecord.Output), TypeInfoPropertyName = "CreateRecordOutput")]
[JsonSerializable(typeof(DeleteRecord.Input), TypeInfoPropertyName = "DeleteRecordInput")]
[JsonSerializable(typeof(DeleteRecord.Output), TypeInfoPropertyName = "DeleteRecordOutput")]
[JsonSerializable(typeof(GetHead.Output), TypeInfoPropertyName = "GetHeadOutput")]
[JsonSerializable(typeof(GetHostStatus.Output), TypeInfoPropertyName = "GetHostStatusOutput")]
[JsonSerializable(typeof(GetLatestCommit.Output), TypeInfoPropertyName = "GetLatestCommitOutput")]
[JsonSerializable(typeof(GetRepoStatus.Output), TypeInfoPropertyName = "GetRepoStatusOutput")]
[JsonSerializable(typeof(ListBlobs.Output), TypeInfoPropertyName = "ListBlobsOutput")]
[JsonSerializable(typeof(ListMissingBlobs.Output), TypeInfoPropertyName = "ListMissingBlobsOutput")]
[JsonSerializable(typeof(ListRepos.Output), TypeInfoPropertyName = "ListReposOutput")]
[JsonSerializable(typeof(ListReposByCollection.Output), TypeInfoPropertyName = "ListReposByCollectionOutput")]
[JsonSerializable(typeof(PutRecord.Input), TypeInfoPropertyName = "PutRecordInput")]
[JsonSerializable(typeof(PutRecord.Output), TypeInfoPropertyName = "PutRecordOutput")]
[JsonSerializable(typeof(UploadBlob.Output), TypeInfoPropertyName = "UploadBlobOutput")]
internal sealed partial class RepoJson : JsonSerializerContext;
