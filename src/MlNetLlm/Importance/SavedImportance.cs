using System.ComponentModel;
using Microsoft.ML.Transforms;
using MlNetLlm.Communities;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;

namespace MlNetLlm.Importance;

/// <summary>The results of a saved <see cref="ModuleImportanceTransformer"/> under their fixed names.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedImportance : SavedVector
{
    internal static byte[] Pack(NamedMatrix matrix) => StrictJson.ToBytes(Enumerable.Range(0, matrix.Rows.Count).ToDictionary(
        d => matrix.Rows[d], d => Enumerable.Range(0, matrix.Columns.Count).Select(m => (float)matrix.Values[d, m]).ToArray()));

    internal static string Unknown(string dataSet, IEnumerable<string> known) =>
        $"Importance for data set '{dataSet}' was not measured; it was for {string.Join(", ", known.Select(name => $"'{name}'"))}.";
}

/// <summary>Rebuilds importances in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ImportanceFactory : SavedFactory<SavedTextAndPayload, SavedImportance, Dictionary<string, float[]>>
{
    private const string Contract = "MlNetLlm.Importance";

    internal override string ContractName => Contract;

    private protected override Dictionary<string, float[]> Restore(byte[] payload) =>
        StrictJson.Parse<Dictionary<string, float[]>>(payload, "importance");

    private protected override void Map(Dictionary<string, float[]> state, SavedTextAndPayload input, SavedImportance output) =>
        output.Set(state.TryGetValue(input.Text.ToString(), out var scores)
            ? scores
            : throw new ArgumentException(SavedImportance.Unknown(input.Text.ToString(), state.Keys)));
}
