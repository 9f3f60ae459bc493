using Microsoft.ML;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;
using MlNetLlm.Rewards;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;

/// <summary>A published task in the splits of the paper's code.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Label">What its questions are routed to: math, code or reasoning.</param>
/// <param name="Reward">How answers are judged.</param>
/// <param name="Chance">What guessing gets; null where nothing can be guessed.</param>
/// <param name="Train">Rows that an expert learns from; empty for an unseen task.</param>
/// <param name="Validation">Rows that choose its best step.</param>
/// <param name="Test">Rows looked at once.</param>
internal sealed record RealTask(
    string Name, string Label, IReward Reward, double? Chance, IReadOnlyList<TaskRow> Train, IReadOnlyList<TaskRow> Validation,
    IReadOnlyList<TaskRow> Test)
{
    /// <summary>Rows as a data view.</summary>
    public static IDataView View(MLContext ml, IEnumerable<TaskRow> rows) => ml.Data.LoadFromEnumerable(rows);
}
