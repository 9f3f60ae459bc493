using Microsoft.ML;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>A question as a row of data.</summary>
internal sealed class TaskRow
{
    /// <summary>What the model is given.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>What a reward compares with.</summary>
    public string Answer { get; set; } = "";

    /// <summary>The worked answer, for next-token training in the base's own style.</summary>
    public string Worked { get; set; } = "";

    /// <summary>The terse answer, for next-token training in another style.</summary>
    public string Terse { get; set; } = "";

    /// <summary>The rows of items.</summary>
    public static IDataView View(MLContext ml, IEnumerable<TaskItem> items) => ml.Data.LoadFromEnumerable(items.Select(item =>
        new TaskRow { Prompt = item.Question, Answer = item.Expected, Worked = item.Worked, Terse = item.Terse }));
}
