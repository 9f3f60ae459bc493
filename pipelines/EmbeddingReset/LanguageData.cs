using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>A language as the stages take it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Distance">Its distance from language 1.</param>
/// <param name="Tokenizer">Its tokenizer.</param>
/// <param name="Special">The ids with a role.</param>
/// <param name="Text">Rows with a column Text.</param>
/// <param name="Validation">Rows with a column Text, for the masked-token loss; null where it is not measured.</param>
/// <param name="Tasks">Labelled rows by task.</param>
internal sealed record LanguageData(
    string Name, double Distance, Tokenizer Tokenizer, SpecialTokens Special, IDataView Text, IDataView? Validation,
    IReadOnlyDictionary<string, TaskData> Tasks);
